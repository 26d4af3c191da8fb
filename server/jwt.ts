import { randomUUID } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { AppError } from "@/db/errors";
import { deriveKey } from "@/db/secret";
import { remembered } from "@/server/opened";

const issuer = "coffer";
const audience = "coffer-api";
const algorithm = "HS256";

/** How long a JWT is good for, in seconds. */
export const jwtSeconds = 24 * 3600;

const claims = z.object({ sub: z.uuid(), jti: z.uuid(), ver: z.number().int(), exp: z.number() });

/** A JWT (RFC 7519) for the API, in the name of a user until it expires or the user's sessions are ended. */
export function signJwt(user: { id: string; sessionVersion: number }): Promise<string> {
  return new SignJWT({ ver: user.sessionVersion })
    .setProtectedHeader({ alg: algorithm, typ: "JWT" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(user.id)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${jwtSeconds}s`)
    .sign(deriveKey("jwt"));
}

/** Whom it speaks for. Throws TOKEN_EXPIRED, or UNAUTHENTICATED for whatever else is wrong with it. */
export const openJwt = remembered(async (token) => {
  try {
    const { payload } = await jwtVerify(token, deriveKey("jwt"), {
      algorithms: [algorithm],
      issuer,
      audience,
      requiredClaims: ["exp", "iat"],
    });
    const { sub, ver, exp } = claims.parse(payload);
    return { userId: sub, sessionVersion: ver, exp };
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      throw new AppError("TOKEN_EXPIRED", "This token has expired. Sign in again.");
    throw new AppError("UNAUTHENTICATED", "This token is not valid. Sign in again.");
  }
});
