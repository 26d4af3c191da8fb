import { setTimeout as delay } from "node:timers/promises";
import type postgres from "postgres";
import { codeOf } from "@/db/errors";
import type { Connection } from "@/db/schema";
import { failed } from "@/jobs/lifecycle/failure";
import { withTenant } from "@/jobs/postgres/connection";
import { quoteIdent } from "@/jobs/postgres/identifier";

/** The scratch database of an attempt. Whoever cleans up after it knows the name. */
export const scratchName = (jobId: string, fence: number) => `coffer_scratch_${jobId.replaceAll("-", "")}_${fence}`;

/**
 * Makes an empty database that sorts and encodes text as the tenant's does, on the same server, and gives its connection.
 * Fails with `permission_denied` for a role that may not make databases.
 */
export async function createScratch(connection: Connection, name: string, application: string): Promise<Connection> {
  try {
    await withTenant(connection, application, async (session) => {
      await session.unsafe(`create database ${quoteIdent(name)} template template0 ${await likeThisOne(session)}`);
      // After a crash it is thrown away, so no statement has to wait until it is safe on the disk.
      await session.unsafe(`alter database ${quoteIdent(name)} set synchronous_commit = off`);
    });
    return { ...connection, database: name };
  } catch (error) {
    if (codeOf(error) !== "42501") throw error;
    throw failed({
      code: "permission_denied",
      message: `The user ${connection.user} may not create databases, so the backup cannot be restored beside the live one.`,
      hint: `Let it: alter role ${quoteIdent(connection.user)} createdb. Only databases of its own are touched.`,
    });
  }
}

/** How long, in ms, others may stay in a scratch database before that is a fault: an autovacuum, a session that is ending. */
const patience = 30_000;

/** Removes scratch databases, and ends our sessions there. What is not there is no fault. */
export async function dropScratch(connection: Connection, names: string[]): Promise<void> {
  await withTenant(connection, "coffer:cleanup", async (session) => {
    const left = await session<{ name: string }[]>`
      select datname as name from pg_database where datname in ${session(names)}`;
    for (const { name } of left) await drop(session, name);
  });
}

/**
 * Not `with (force)`, which fails for a role that may not end everybody who is there, an autovacuum worker among them. Without
 * it PostgreSQL itself sends autovacuum away, and waits some seconds for the others.
 */
async function drop(session: postgres.Sql, name: string): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    await session`
      select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name} and usename = current_user`;
    try {
      await session.unsafe(`drop database if exists ${quoteIdent(name)}`);
      return;
    } catch (error) {
      if (codeOf(error) !== objectInUse || Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}

const objectInUse = "55006";

type Locale = { encoding: string; collate: string; ctype: string; provider: string | null; locale: string | null };

/** The options of `create database` that decide how text is stored and sorted. PostgreSQL 13 to 18 name them differently. */
async function likeThisOne(session: postgres.Sql): Promise<string> {
  const [like] = await session<Locale[]>`
    select pg_encoding_to_char(encoding) as encoding, datcollate as collate, datctype as ctype,
      to_jsonb(d) ->> 'datlocprovider' as provider,
      coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale
    from pg_database d where datname = current_database()`;
  if (!like) throw new Error("a session without a database");
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const provider = { i: "icu", b: "builtin" }[like.provider ?? ""];
  return [
    `encoding ${quoted(like.encoding)} lc_collate ${quoted(like.collate)} lc_ctype ${quoted(like.ctype)}`,
    provider && `locale_provider ${provider}`,
    provider && like.locale && `${provider === "icu" ? "icu_locale" : "builtin_locale"} ${quoted(like.locale)}`,
  ]
    .filter(Boolean)
    .join(" ");
}
