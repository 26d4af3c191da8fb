import { randomUUID } from "node:crypto";
import { initTRPC, TRPCError } from "@trpc/server";
import { and, eq, or, sql } from "drizzle-orm";
import { ZodError, z } from "zod";
import type { Actor, Origin } from "@/db/audit";
import { db } from "@/db/client";
import { AppError, type ErrorCode, errorStatus } from "@/db/errors";
import { log } from "@/db/log";
import { type permission, projectMembers, projects } from "@/db/schema";
import { clientAddress } from "@/server/address";
import { userFromCookies } from "@/server/auth";

export type Context = { user: (Actor & { name: string }) | null; address: string | null; requestId: string };

/** Whoever asks, from the request's own headers. */
export async function createContext(headers: Headers): Promise<Context> {
  const sent = headers.get("x-request-id");
  return {
    user: await userFromCookies(headers.get("cookie")),
    address: clientAddress(headers),
    requestId: sent && /^[A-Za-z0-9._-]{1,100}$/.test(sent) ? sent : randomUUID(),
  };
}

/** What a caller gets to see of an error; nothing internal. */
export type PublicError = {
  code: ErrorCode;
  httpStatus: number;
  requestId: string | null;
  fields: { field: string; error: string; code: string }[];
  retryAfter: number | null;
};

const trpcCodes: Partial<Record<number, TRPCError["code"]>> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "CONFLICT",
  410: "NOT_FOUND",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  422: "UNPROCESSABLE_CONTENT",
  429: "TOO_MANY_REQUESTS",
  503: "SERVICE_UNAVAILABLE",
};

const internalMessage = "Something went wrong on our side. The log has the details under the request id.";

const t = initTRPC.context<Context>().create({
  errorFormatter: ({ shape, error, ctx }) => {
    const app = toAppError(error);
    return {
      message: app.message,
      code: shape.code,
      data: {
        code: app.code,
        httpStatus: errorStatus[app.code],
        requestId: ctx?.requestId ?? null,
        fields: app.details.fields ?? [],
        retryAfter: app.details.retryAfter ?? null,
      } satisfies PublicError,
    };
  },
});

/** The one mapping from whatever a procedure threw to what its caller is told. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AppError) return cause;
  if (cause instanceof ZodError) {
    const fields = cause.issues.map((issue) => ({
      field: issue.path.join("."),
      error: issue.message,
      code: issue.code,
    }));
    return new AppError(
      "VALIDATION_ERROR",
      fields[0] ? `${fields[0].field || "input"}: ${fields[0].error}` : "The input is not valid.",
      { fields },
    );
  }
  const callerMistakes: TRPCError["code"][] = [
    "BAD_REQUEST",
    "PARSE_ERROR",
    "NOT_FOUND",
    "METHOD_NOT_SUPPORTED",
    "UNSUPPORTED_MEDIA_TYPE",
    "PAYLOAD_TOO_LARGE",
  ];
  if (error instanceof TRPCError && callerMistakes.includes(error.code)) {
    return new AppError("VALIDATION_ERROR", "The request is not one that this API understands.");
  }
  return new AppError("INTERNAL_ERROR", internalMessage);
}

/** Gives AppErrors their HTTP status, and writes down what nobody foresaw. */
const mapErrors = t.middleware(async ({ ctx, path, type, next }) => {
  const result = await next();
  if (result.ok) return result;
  const app = toAppError(result.error);
  if (app.code === "INTERNAL_ERROR")
    log.error({ error: result.error, requestId: ctx.requestId, path, type }, "procedure failed");
  if (result.error.cause instanceof AppError) {
    throw new TRPCError({
      code: trpcCodes[errorStatus[app.code]] ?? "INTERNAL_SERVER_ERROR",
      message: app.message,
      cause: app,
    });
  }
  return result;
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;
export const publicProcedure = t.procedure.use(mapErrors);

/** Needs somebody who is signed in. */
export const userProcedure = publicProcedure.use(({ ctx, next }) => {
  if (!ctx.user) throw new AppError("UNAUTHENTICATED", "Sign in to go on.");
  const origin: Origin = { actor: ctx.user, address: ctx.address, requestId: ctx.requestId };
  return next({ ctx: { ...ctx, user: ctx.user, origin } });
});

/** Needs the role admin. */
export const adminProcedure = userProcedure.use(({ ctx, next }) => {
  if (ctx.user.role !== "admin") throw new AppError("PERMISSION_DENIED", "Only an administrator may do this.");
  return next();
});

/** A project is named by its id or its slug. */
export const projectRef = z
  .string()
  .max(100)
  .regex(/^[a-zA-Z0-9_-]+$/, "must be a project's id or slug");

type Permission = (typeof permission.enumValues)[number];

/** Needs the right to a project, and resolves it. Without membership the project does not exist for the caller. */
export const projectProcedure = (needs: Permission | "view") =>
  userProcedure.input(z.object({ projectId: projectRef })).use(async ({ ctx, input, next }) => {
    const project = await findProject(ctx.user, input.projectId);
    if (needs !== "view" && !project.permissions.includes(needs)) {
      throw new AppError(
        "PERMISSION_DENIED",
        `You need the permission to ${needs} in this project. Ask an administrator for it.`,
      );
    }
    return next({ ctx: { ...ctx, project } });
  });

const allPermissions: Permission[] = ["export", "import", "restore", "manage"];

/** The project if the user may see it, with what they may do there. */
export async function findProject(user: Actor, ref: string) {
  const isUuid = z.uuid().safeParse(ref).success;
  const [row] = await db
    .select({ project: projects, permissions: projectMembers.permissions })
    .from(projects)
    .leftJoin(projectMembers, and(eq(projectMembers.projectId, projects.id), eq(projectMembers.userId, user.id)))
    .where(or(eq(projects.slug, ref), isUuid ? eq(projects.id, ref) : sql`false`));
  const permissions = user.role === "admin" ? allPermissions : row?.permissions;
  if (!row || !permissions) throw new AppError("PROJECT_NOT_FOUND", "There is no such project.");
  return { ...row.project, permissions };
}
