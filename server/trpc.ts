import { randomUUID } from "node:crypto";
import { initTRPC, TRPCError } from "@trpc/server";
import { and, eq, or, sql } from "drizzle-orm";
import { z } from "zod";
import { type Actor, type Origin, recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { AppError, type ErrorCode, errorStatus } from "@/db/errors";
import { log } from "@/db/log";
import { type permission, projectMembers, projects, type TokenScope } from "@/db/schema";
import { clientAddress } from "@/server/address";
import { identify, type User } from "@/server/identity";
import { internal, toAppError } from "@/server/problem";
import { type Allowance, countCall, type LimitName } from "@/server/rate-limit";
import { requestIdOf } from "@/server/request-id";
import { noteOnRequest } from "@/server/request-log";
import type { TokenInUse } from "@/server/token";
import { trpcCodes } from "@/server/trpc-codes";

export type Context = {
  user: User | null;
  token: TokenInUse | null;
  refusal: AppError | null;
  address: string | null;
  requestId: string;
  /** A call that one of our own doors makes in the caller's name, beside the one that the caller made. */
  isOurs?: boolean;
  /** What the procedures of this request have left of their limits, for the door to tell. */
  allowances: Allowance[];
  /** Aborts when the caller has left, where a door tells that. */
  gone?: AbortSignal;
};

/** Whoever asks, from the request's own headers. */
export async function createContext(headers: Headers): Promise<Context> {
  const identity = await identify(headers);
  return { ...identity, address: clientAddress(headers), requestId: requestIdOf(headers), allowances: [] };
}

/** Who does what the audit writes down, and by which way. */
export const originOf = (
  user: User,
  { token, address, requestId }: Pick<Context, "token" | "address" | "requestId">,
): Origin => ({ actor: user, address, requestId, tokenId: token?.id ?? null });

/** A context for a user whom no request has brought, e.g. in a benchmark. */
export const inTheNameOf = (user: User): Context => ({
  user,
  token: null,
  refusal: null,
  address: null,
  requestId: randomUUID(),
  allowances: [],
});

type Meta = {
  /** What an API token must be good for, all of it. Without it: `read` for a query, `manage` for a mutation. */
  scope?: TokenScope | TokenScope[];
  /** The limit that each call counts against. */
  limit?: LimitName;
};

/** What a caller gets to see of an error; nothing internal. */
export type PublicError = {
  code: ErrorCode;
  httpStatus: number;
  requestId: string | null;
  fields: { field: string; error: string; code: string }[];
  retryAfter: number | null;
};

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
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

/** Gives AppErrors their HTTP status, and writes down what nobody foresaw. */
const mapErrors = t.middleware(async ({ ctx, path, type, next }) => {
  const result = await next();
  if (result.ok) return result;
  const app = toAppError(result.error);
  if (app.code === internal)
    log.error({ error: result.error, requestId: ctx.requestId, path, type }, "procedure failed");
  if (!(result.error.cause instanceof AppError)) return result;
  const code = trpcCodes[errorStatus[app.code]] ?? "INTERNAL_SERVER_ERROR";
  throw new TRPCError({ code, message: app.message, cause: app });
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;
export const publicProcedure = t.procedure.use(mapErrors);

/** Needs somebody who is signed in, and counts the call where the procedure has a limit. */
export const userProcedure = publicProcedure.use(async ({ ctx, meta, type, path, next }) => {
  if (ctx.refusal) throw ctx.refusal;
  if (!ctx.user) throw new AppError("UNAUTHENTICATED", "Sign in to go on.");
  const { user, token } = ctx;
  noteOnRequest({ userId: user.id, tokenId: token?.id });
  const origin = originOf(user, ctx);
  if (meta?.limit && !ctx.isOurs) {
    const allowance = await countCall(meta.limit, token?.id ?? user.id);
    if (allowance) ctx.allowances.push(allowance);
  }
  const scopes = [meta?.scope ?? (type === "query" ? "read" : "manage")].flat();
  const lacking = token && scopes.find((scope) => !token.scopes.includes(scope));
  if (lacking) {
    await noteRefusal(origin, path);
    throw new AppError("PERMISSION_DENIED", `This API token lacks the scope ${lacking}.`);
  }
  const result = await next({ ctx: { ...ctx, user, origin } });
  if (!result.ok && isRefusal(result.error)) await noteRefusal(origin, path);
  return result;
});

const isRefusal = ({ cause }: TRPCError) => cause instanceof AppError && errorStatus[cause.code] === 403;

/** Writes down that somebody tried what they may not. */
const noteRefusal = (origin: Origin, path: string) =>
  recordAudit(db, origin, { action: "access.refused", subject: { kind: "procedure", id: path } });

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

/** The same call again with the same key gives the job that it has started. */
export const idempotencyKey = z.string().min(1).max(200).optional();

export type Permission = (typeof permission.enumValues)[number];

/** Needs the right to a project, and resolves it. Without membership the project does not exist for the caller. */
export const projectProcedure = (needs: Permission | "view") =>
  userProcedure
    .meta({ scope: needs === "view" ? undefined : needs })
    .input(z.object({ projectId: projectRef }))
    .use(async ({ ctx, input, next }) => {
      const project = await findProject(ctx.user, input.projectId);
      noteOnRequest({ projectId: project.id });
      if (needs !== "view") requirePermission(project, needs);
      return next({ ctx: { ...ctx, project } });
    });

/** Throws PERMISSION_DENIED for a project in which the caller may not do that. */
export function requirePermission(project: { permissions: Permission[] }, needs: Permission): void {
  if (project.permissions.includes(needs)) return;
  const message = `You need the permission to ${needs} in this project. Ask an administrator for it.`;
  throw new AppError("PERMISSION_DENIED", message);
}

const allPermissions: Permission[] = ["export", "import", "restore", "manage"];

const noProject = () => new AppError("PROJECT_NOT_FOUND", "There is no such project.");

type Finding = { missing?: () => AppError; tx?: Tx | typeof db };

/** The project if the user may see it, with what they may do there. `missing`: the error for what was looked for in it. */
export async function findProject(user: Actor, ref: string, { missing = noProject, tx = db }: Finding = {}) {
  const isUuid = z.uuid().safeParse(ref).success;
  const [row] = await tx
    .select({ project: projects, permissions: projectMembers.permissions })
    .from(projects)
    .leftJoin(projectMembers, and(eq(projectMembers.projectId, projects.id), eq(projectMembers.userId, user.id)))
    .where(or(eq(projects.slug, ref), isUuid ? eq(projects.id, ref) : sql`false`));
  const permissions = user.role === "admin" ? allPermissions : row?.permissions;
  if (!row || !permissions) throw missing();
  return { ...row.project, permissions };
}
