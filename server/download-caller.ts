import { eq } from "drizzle-orm";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { users } from "@/db/schema";
import { identify } from "@/server/identity";
import { checkDownload } from "@/server/link";

/** Whoever the signed link speaks for, else whoever the token or session does. */
export async function callerOf(backupId: string, query: URLSearchParams, headers: Headers) {
  if (!query.has("signature")) {
    const { user, token, refusal } = await identify(headers);
    if (refusal) throw refusal;
    if (!user) throw new AppError("UNAUTHENTICATED", "Sign in to download, or use a download link.");
    if (token && !token.scopes.includes("read"))
      throw new AppError("PERMISSION_DENIED", "This API token lacks the scope read.");
    return { user, token };
  }
  const { userId } = checkDownload(backupId, query);
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  if (!user || user.disabledAt) throw new AppError("PERMISSION_DENIED", "This download link is no longer valid.");
  return { user, token: null };
}
