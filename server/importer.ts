import type { Actor, Origin } from "@/db/audit";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { countCall } from "@/server/rate-limit";
import { noteOnRequest } from "@/server/request-log";
import { requireCaller } from "@/server/require-caller";
import { createContext, findProject, originOf, projectRef, requirePermission } from "@/server/trpc";

/** Somebody who may import rows somewhere. */
export type Importer = {
  user: Actor;
  origin: Origin;
  /** The project, by id or slug, once it is known. Throws when they may not import into it, and writes that down. */
  into(project: string | null): Promise<{ id: string }>;
};

/**
 * Whoever brings rows along: somebody by our own pages, or a token that may import. Throws what a procedure would, before a
 * byte of the body is read, and writes down a refusal.
 */
export async function importerOf(headers: Headers, method: string | undefined): Promise<Importer> {
  const ctx = await createContext(headers);
  const user = requireCaller(ctx, method, headers);
  const { token } = ctx;
  noteOnRequest({ userId: user.id, tokenId: token?.id });
  const origin = originOf(user, ctx);
  const noteRefusal = () =>
    recordAudit(db, origin, { action: "access.refused", subject: { kind: "procedure", id: "dataFile.upload" } });
  if (token && !token.scopes.includes("import")) {
    await noteRefusal();
    throw new AppError("PERMISSION_DENIED", "This API token lacks the scope import.");
  }
  return {
    user,
    origin,
    async into(ref) {
      const project = await findProject(user, requireProject(ref));
      noteOnRequest({ projectId: project.id });
      try {
        requirePermission(project, "import");
      } catch (error) {
        await noteRefusal();
        throw error;
      }
      return project;
    },
  };
}

/** Counts an upload against the caller's limit. */
export const countUpload = ({ origin, user }: Importer) => countCall("import", origin.tokenId ?? user.id);

function requireProject(ref: string | null): string {
  const { success, data } = projectRef.safeParse(ref ?? "");
  const error = "must be a project's id or slug";
  const fields = [{ field: "project_id", error, code: "invalid_value" }];
  if (!success) throw new AppError("VALIDATION_ERROR", `project_id ${error}.`, { fields });
  return data;
}
