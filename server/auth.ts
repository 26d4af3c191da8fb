import { eq, sql } from "drizzle-orm";
import type { Account, NextAuthOptions, Profile } from "next-auth";
import credentials from "next-auth/providers/credentials";
import github from "next-auth/providers/github";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { users } from "@/db/schema";
import { clientAddress } from "@/server/address";
import { serverEnv } from "@/server/env";
import { isSecure, sessionSecret } from "@/server/session";
import { credentialsInput, type From, noteSignIn, signIn } from "@/server/sign-in";

type Provider = NextAuthOptions["providers"][number];

const sessionSeconds = 7 * 24 * 3600;

/**
 * Options for next-auth: e-mail and password, and GitHub or an OpenID provider where the environment names one. Sessions
 * are sealed JWTs that carry a version which can be revoked.
 */
export function authOptions(headers: Headers): NextAuthOptions {
  const from: From = { address: clientAddress(headers), requestId: headers.get("x-request-id") };
  return {
    secret: sessionSecret(),
    useSecureCookies: isSecure(),
    session: { strategy: "jwt", maxAge: sessionSeconds },
    pages: { signIn: "/login", error: "/login" },
    providers: [byPassword(from), ...otherWays().map(({ provider }) => provider)],
    callbacks: {
      signIn: async ({ account, profile }) =>
        account?.type === "credentials" || (await userOfProfile(account, profile, from)) !== null,
      jwt: async ({ token, user, account, profile }) => {
        if (!account) return token;
        if (account.type === "credentials")
          return { sub: user.id, version: Number("version" in user ? user.version : 0) };
        const known = await userOfProfile(account, profile, from);
        if (!known) throw new Error("NoAccount");
        await noteSignIn(known, from, account.provider);
        return { sub: known.id, version: known.sessionVersion };
      },
    },
  };
}

function byPassword(from: From): Provider {
  return credentials({
    credentials: { email: { type: "email" }, password: { type: "password" } },
    async authorize(input) {
      const parsed = credentialsInput.safeParse({ email: input?.email, password: input?.password });
      if (!parsed.success) return null;
      const user = await signIn(parsed.data, from).catch((error) => {
        // next-auth hands only the message on.
        throw error instanceof AppError ? new Error(error.code) : error;
      });
      return user && { id: user.id, version: user.sessionVersion };
    },
  });
}

/** The other ways to sign in that the environment opens, and what the sign-in page calls them. */
export function otherWays(): { id: string; name: string; provider: Provider }[] {
  const env = serverEnv();
  const ways: { id: string; name: string; provider: Provider }[] = [];
  if (env.GITHUB_CLIENT_ID && env.GITHUB_CLIENT_SECRET) {
    const provider = github({ clientId: env.GITHUB_CLIENT_ID, clientSecret: env.GITHUB_CLIENT_SECRET });
    ways.push({ id: provider.id, name: "GitHub", provider });
  }
  if (env.OIDC_ISSUER && env.OIDC_CLIENT_ID && env.OIDC_CLIENT_SECRET) {
    ways.push({ id: "oidc", name: env.OIDC_NAME, provider: openId(env.OIDC_ISSUER) });
  }
  return ways;
}

function openId(issuer: string): OAuthConfig<Profile & { sub: string }> {
  const { OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = serverEnv();
  return {
    id: "oidc",
    name: OIDC_NAME,
    type: "oauth",
    wellKnown: `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    authorization: { params: { scope: "openid email profile" } },
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    profile: ({ sub, email, name }) => ({ id: sub, email, name }),
  };
}

/**
 * Whose profile it is: the user with its e-mail address, which the provider must have verified. Nobody gets an account in
 * passing; an administrator invites people.
 */
async function userOfProfile(account: Account | null, profile: Profile | undefined, from: From) {
  // GitHub gives only addresses that it has verified; OpenID Connect says so in a claim.
  const isVerified =
    account?.provider === "github" || (profile && "email_verified" in profile && profile.email_verified === true);
  const email = profile?.email?.toLowerCase();
  const [user] =
    email && isVerified
      ? await db
          .select()
          .from(users)
          .where(eq(sql`lower(${users.email})`, email))
      : [];
  if (user && !user.disabledAt) return user;
  await recordAudit(
    db,
    { ...from, actor: null },
    {
      action: "sign_in.refused",
      subject: { kind: "user", id: user?.id ?? email ?? "unknown" },
      details: { by: account?.provider },
    },
  );
  return null;
}
