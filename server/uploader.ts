import { type Origin, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { countCall } from "@/server/rate-limit";
import { noteOnRequest } from "@/server/request-log";
import { isSameOrigin } from "@/server/same-origin";
import type { Context } from "@/server/trpc";

/**
 * Whoever may upload a dump: an administrator, by our own pages or with a token that may restore. Throws what a procedure
 * would, before a byte of the body is read, and writes down a refusal.
 */
export async function uploaderOf(
  { user, token, refusal, address, requestId }: Context,
  headers: Headers,
): Promise<Origin> {
  if (refusal) throw refusal;
  if (!user) throw new AppError("UNAUTHENTICATED", "Send the header Authorization: Bearer, a space, and a token.");
  if (!headers.has("authorization") && !isSameOrigin(headers))
    throw new AppError("PERMISSION_DENIED", "Only Coffer's own pages may use a session. Send a token.");
  noteOnRequest({ userId: user.id, tokenId: token?.id });
  const origin: Origin = { actor: user, address, requestId, tokenId: token?.id ?? null };
  await countCall("export", token?.id ?? user.id);
  const lacksScope = token && !token.scopes.includes("restore");
  if (user.role === "admin" && !lacksScope) return origin;
  await recordAudit(db, origin, { action: "access.refused", subject: { kind: "procedure", id: "dump.upload" } });
  throw new AppError(
    "PERMISSION_DENIED",
    lacksScope ? "This API token lacks the scope restore." : "Only an administrator may do this.",
  );
}
