import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { countCall } from "@/server/rate-limit";
import { noteOnRequest } from "@/server/request-log";
import { requireCaller } from "@/server/require-caller";
import { createContext, findProject, originOf, projectRef, requirePermission } from "@/server/trpc";

/** Whoever may take rows out of a project. Throws what a procedure would, and writes down a refusal. Counts against their limit of exports. */
export async function exporterOf(headers: Headers, method: string | undefined, ref: string | null) {
  const ctx = await createContext(headers);
  const user = requireCaller(ctx, method, headers);
  const { token } = ctx;
  noteOnRequest({ userId: user.id, tokenId: token?.id });
  const origin = originOf(user, ctx);
  const refuse = async (error: unknown): Promise<never> => {
    await recordAudit(db, origin, { action: "access.refused", subject: { kind: "procedure", id: "data.download" } });
    throw error;
  };
  await countCall("export", token?.id ?? user.id);
  if (token && !token.scopes.includes("export"))
    return refuse(new AppError("PERMISSION_DENIED", "This API token lacks the scope export."));
  const project = await findProject(user, requireProject(ref));
  noteOnRequest({ projectId: project.id });
  try {
    requirePermission(project, "export");
  } catch (error) {
    return refuse(error);
  }
  return { user, origin, project };
}

function requireProject(ref: string | null): string {
  const { success, data } = projectRef.safeParse(ref ?? "");
  const error = "must be a project's id or slug";
  const fields = [{ field: "project_id", error, code: "invalid_value" }];
  if (!success) throw new AppError("VALIDATION_ERROR", `project_id ${error}.`, { fields });
  return data;
}
