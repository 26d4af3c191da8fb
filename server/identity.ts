import type { Actor } from "@/db/audit";
import { AppError } from "@/db/errors";
import { openJwt } from "@/server/jwt";
import { userById, userFromCookies } from "@/server/session";
import { openApiToken, type TokenInUse, tokenPrefix } from "@/server/token";

export type User = Actor & { name: string };

/** Who asks. */
export type Identity = {
  user: User | null;
  /** The API token in use; null for a session or a JWT, which may do whatever their user may. */
  token: TokenInUse | null;
  /** Why the credentials that came along are no good. */
  refusal: AppError | null;
};

const nobody: Identity = { user: null, token: null, refusal: null };

/** Reads `Authorization: Bearer <JWT or API token>`, else the session's cookie. Never throws for bad credentials. */
export async function identify(headers: Headers): Promise<Identity> {
  const authorization = headers.get("authorization");
  if (!authorization) return { ...nobody, user: await userFromCookies(headers.get("cookie")) };
  try {
    return { ...nobody, ...(await bearerOf(authorization)) };
  } catch (error) {
    if (error instanceof AppError) return { ...nobody, refusal: error };
    throw error;
  }
}

async function bearerOf(authorization: string): Promise<Partial<Identity>> {
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1];
  if (!token) throw new AppError("UNAUTHENTICATED", "Send the header Authorization: Bearer, a space, and a token.");
  if (token.startsWith(tokenPrefix)) return openApiToken(token);
  const { userId, sessionVersion } = await openJwt(token);
  const user = await userById(userId, sessionVersion);
  if (!user) throw new AppError("UNAUTHENTICATED", "This token is no longer valid. Sign in again.");
  return { user };
}
