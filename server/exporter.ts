import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { countCall } from "@/server/rate-limit";
import { noteOnRequest } from "@/server/request-log";
import { requireCaller } from "@/server/require-caller";
import { type Context, findProject, originOf, requirePermission } from "@/server/trpc";

type Asked = { projectId: string; procedure: string; headers: Headers };

/**
 * Whoever may take rows of a project, where no procedure can look at that: with a token that may export, within the limit. Throws what
 * a procedure would, and writes down a refusal.
 */
export async function exporterOf(ctx: Context, { projectId, procedure, headers }: Asked) {
  const user = requireCaller(ctx, "GET", headers);
  const { token } = ctx;
  noteOnRequest({ userId: user.id, tokenId: token?.id });
  const origin = originOf(user, ctx);
  await countCall("export", token?.id ?? user.id);
  const refused = async (error: unknown) => {
    await recordAudit(db, origin, { action: "access.refused", subject: { kind: "procedure", id: procedure } });
    throw error;
  };
  if (token && !token.scopes.includes("export"))
    return refused(new AppError("PERMISSION_DENIED", "This API token lacks the scope export."));
  const project = await findProject(user, projectId);
  noteOnRequest({ projectId: project.id });
  try {
    requirePermission(project, "export");
  } catch (error) {
    return refused(error);
  }
  return { project, origin };
}
