import { eq } from "drizzle-orm";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { users } from "@/db/schema";
import { clientAddress } from "@/server/address";
import { checkDownload } from "@/server/link";
import { requestIdOf } from "@/server/request-id";
import { createContext, originOf } from "@/server/trpc";

/** Whoever the signed link speaks for, else whoever the token or session does. */
export async function callerOf(backupId: string, query: URLSearchParams, headers: Headers) {
  if (!query.has("signature")) {
    const ctx = await createContext(headers);
    const { user, token, refusal } = ctx;
    if (refusal) throw refusal;
    if (!user) throw new AppError("UNAUTHENTICATED", "Sign in to download, or use a download link.");
    if (token && !token.scopes.includes("read"))
      throw new AppError("PERMISSION_DENIED", "This API token lacks the scope read.");
    return { user, origin: originOf(user, ctx) };
  }
  const { userId } = checkDownload(backupId, query);
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  if (!user || user.disabledAt) throw new AppError("PERMISSION_DENIED", "This download link is no longer valid.");
  const asked = { token: null, address: clientAddress(headers), requestId: requestIdOf(headers) };
  return { user, origin: originOf(user, asked) };
}
