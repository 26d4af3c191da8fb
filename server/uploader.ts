import { type Origin, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { countCall } from "@/server/rate-limit";
import { noteOnRequest } from "@/server/request-log";
import { requireCaller } from "@/server/require-caller";
import { type Context, originOf } from "@/server/trpc";

/**
 * Whoever may upload a dump: an administrator, by our own pages or with a token that may restore. Throws what a procedure
 * would, before a byte of the body is read, and writes down a refusal.
 */
export async function uploaderOf(ctx: Context, headers: Headers): Promise<Origin> {
  const user = requireCaller(ctx, "POST", headers);
  const { token } = ctx;
  noteOnRequest({ userId: user.id, tokenId: token?.id });
  const origin = originOf(user, ctx);
  await countCall("export", token?.id ?? user.id);
  const lacksScope = token && !token.scopes.includes("restore");
  if (user.role === "admin" && !lacksScope) return origin;
  await recordAudit(db, origin, { action: "access.refused", subject: { kind: "procedure", id: "dump.upload" } });
  throw new AppError(
    "PERMISSION_DENIED",
    lacksScope ? "This API token lacks the scope restore." : "Only an administrator may do this.",
  );
}
