import { sql } from "drizzle-orm";
import { decode } from "next-auth/jwt";
import { z } from "zod";
import type { Actor } from "@/db/audit";
import { db } from "@/db/client";
import { dbEnv } from "@/db/env";
import { users } from "@/db/schema";
import { deriveKey } from "@/db/secret";
import { batched, requestGap } from "@/server/batched";
import { remembered } from "@/server/opened";

/** Seals the sessions of next-auth. */
export const sessionSecret = () => deriveKey("session").toString("hex");

/** Whether people reach us by https, so that cookies may ask for it. */
export const isSecure = () => dbEnv().PUBLIC_URL.startsWith("https:");

const claims = z.object({ sub: z.uuid(), version: z.number(), exp: z.number() });

/** Who the session cookie speaks for, as the database knows them now; null without a valid one. */
export async function userFromCookies(cookieHeader: string | null): Promise<(Actor & { name: string }) | null> {
  const name = `${isSecure() ? "__Secure-" : ""}next-auth.session-token`;
  const token = readCookie(cookieHeader ?? "", name);
  if (!token) return null;
  const session = await openToken(token);
  if (!session) return null;
  return userById(session.sub, session.version);
}

/** The user as the database knows them now; null for one who was disabled, or whose sessions were ended since. */
export async function userById(id: string, sessionVersion: number): Promise<(Actor & { name: string }) | null> {
  const user = await findUser(id);
  if (!user || user.disabledAt || user.sessionVersion !== sessionVersion) return null;
  return { id: user.id, email: user.email, name: user.name, role: user.role };
}

type Session = z.infer<typeof claims>;

/** What the token says, if we have sealed it and it has not expired. */
const openToken = remembered(async (token): Promise<Session | null> => {
  const decoded = claims.safeParse(await decode({ token, secret: sessionSecret() }).catch(() => null));
  return decoded.data ?? null;
});

const findUser = batched(
  async (ids: string[]) => {
    const found = await byIds().execute({ ids });
    const users = new Map(found.map((user) => [user.id, user]));
    return ids.map((id) => users.get(id));
  },
  { gap: requestGap },
);

let prepared: ReturnType<typeof prepareByIds> | undefined;
const byIds = () => (prepared ??= prepareByIds());
const prepareByIds = () =>
  db
    .select()
    .from(users)
    .where(sql`${users.id} = any(${sql.placeholder("ids")}::uuid[])`)
    .prepare("users_by_id");

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
