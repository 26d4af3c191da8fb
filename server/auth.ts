import { eq, sql } from "drizzle-orm";
import type { NextAuthOptions } from "next-auth";
import { decode } from "next-auth/jwt";
import credentials from "next-auth/providers/credentials";
import { z } from "zod";
import { type Actor, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { maxPasswordLength, passwordFits } from "@/db/password";
import { users } from "@/db/schema";
import { deriveKey } from "@/db/secret";
import { clientAddress } from "@/server/address";
import { serverEnv } from "@/server/env";
import { countCall } from "@/server/rate-limit";

const secret = () => deriveKey("session").toString("hex");
const isSecure = () => serverEnv().PUBLIC_URL.startsWith("https:");
const sessionSeconds = 7 * 24 * 3600;

const signInInput = z.object({
  // Not z.email(): the first admin is admin@localhost.
  email: z
    .string()
    .trim()
    .max(254)
    .regex(/^[^\s@]+@[^\s@]+$/),
  password: z.string().min(1).max(maxPasswordLength),
});

/** Options for next-auth: e-mail and password, sessions as sealed JWTs that carry a version which can be revoked. */
export function authOptions(): NextAuthOptions {
  return {
    secret: secret(),
    useSecureCookies: isSecure(),
    session: { strategy: "jwt", maxAge: sessionSeconds },
    pages: { signIn: "/login", error: "/login" },
    providers: [
      credentials({
        credentials: { email: { type: "email" }, password: { type: "password" } },
        authorize: (input, request) => signIn(input, new Headers(request.headers)),
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) =>
        user ? { sub: user.id, version: Number("version" in user ? user.version : 0) } : token,
    },
  };
}

/** Gives null for an unknown user as for a wrong password, after the same time. */
async function signIn(input: unknown, headers: Headers) {
  const parsed = signInInput.safeParse(input);
  if (!parsed.success) return null;
  const email = parsed.data.email.toLowerCase();
  try {
    await countCall(`sign-in:${email}`, { calls: serverEnv().SIGN_INS_PER_MINUTE, seconds: 60 });
  } catch (error) {
    // next-auth hands only the message on.
    throw error instanceof AppError ? new Error(error.code) : error;
  }
  const [user] = await db
    .select()
    .from(users)
    .where(eq(sql`lower(${users.email})`, email));
  const fits = await passwordFits(user?.disabledAt ? null : (user?.passwordHash ?? null), parsed.data.password);
  const origin = { actor: null, address: clientAddress(headers), requestId: null };
  if (!user || !fits) {
    await recordAudit(db, origin, { action: "sign_in.refused", subject: { kind: "user", id: user?.id ?? email } });
    return null;
  }
  await db.transaction(async (tx) => {
    await tx.update(users).set({ lastSignInAt: sql`now()` }).where(eq(users.id, user.id));
    await recordAudit(
      tx,
      { ...origin, actor: user },
      { action: "sign_in.succeeded", subject: { kind: "user", id: user.id } },
    );
  });
  return { id: user.id, version: user.sessionVersion };
}

const claims = z.object({ sub: z.uuid(), version: z.number(), exp: z.number() });

/** Who the session cookie speaks for, as the database knows them now; null without a valid one. */
export async function userFromCookies(cookieHeader: string | null): Promise<(Actor & { name: string }) | null> {
  const name = `${isSecure() ? "__Secure-" : ""}next-auth.session-token`;
  const token = readCookie(cookieHeader ?? "", name);
  if (!token) return null;
  const session = await openToken(token);
  if (!session) return null;
  const [user] = await byId().execute({ id: session.sub });
  if (!user || user.disabledAt || user.sessionVersion !== session.version) return null;
  return { id: user.id, email: user.email, name: user.name, role: user.role };
}

type Session = z.infer<typeof claims>;

/** Opening a token costs more than the question that comes with it, and an open dialog asks once a second. */
const opened = new Map<string, { session: Session; until: number }>();
const openedFor = 60_000;
const openedAtMost = 1000;

/** What the token says, if we have sealed it and it has not expired. */
async function openToken(token: string): Promise<Session | null> {
  const known = opened.get(token);
  if (known && known.until > Date.now()) return known.session;
  const decoded = claims.safeParse(await decode({ token, secret: secret() }).catch(() => null));
  if (!decoded.success) return null;
  if (opened.size >= openedAtMost) opened.clear();
  opened.set(token, { session: decoded.data, until: Math.min(Date.now() + openedFor, decoded.data.exp * 1000) });
  return decoded.data;
}

let prepared: ReturnType<typeof prepareById> | undefined;
const byId = () => (prepared ??= prepareById());
const prepareById = () =>
  db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder("id")))
    .prepare("user_by_id");

/** A session of more than 4 kB comes in numbered pieces. */
function readCookie(header: string, name: string): string {
  const pairs = header.split(/; */).map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  const pieces = pairs
    .filter(([key]) => key === name || key.startsWith(`${name}.`))
    .sort(([a], [b]) => a.localeCompare(b));
  return pieces.map(([, value]) => value).join("");
}
