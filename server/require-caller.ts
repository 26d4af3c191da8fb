import { AppError } from "@/db/errors";
import type { User } from "@/server/identity";
import { isSameOrigin } from "@/server/same-origin";
import type { Context } from "@/server/trpc";

/** Who asks. Throws unless somebody does, and with a token unless our own pages do. */
export function requireCaller({ user, refusal }: Context, method: string | undefined, headers: Headers): User {
  if (refusal) throw refusal;
  if (!user) throw new AppError("UNAUTHENTICATED", "Send the header Authorization: Bearer, a space, and a token.");
  // A browser adds the session's cookie to whatever another site makes it send.
  if (headers.has("authorization") || method === "GET" || method === "HEAD" || isSameOrigin(headers)) return user;
  throw new AppError("PERMISSION_DENIED", "Only Coffer's own pages may use a session. Send a token.");
}
