import { and, eq, isNull, sql } from "drizzle-orm";
import type postgres from "postgres";
import { db } from "@/db/client";
import { databases } from "@/db/schema";
import { failed } from "@/jobs/lifecycle/failure";
import { inTime } from "@/jobs/postgres/in-time";

type Database = typeof databases.$inferSelect;

/** `number` is its server_version_num, e.g. 150018. */
export type ServerInfo = { version: string; number: number; schemas: number };

/** In seconds: more than it takes to connect, see connectTenant. */
const patience = 20;

/** What a tenant's server is. Fails with `database_unreachable` when it does not answer, or is older than PostgreSQL 14. */
export async function askServer(tenant: postgres.Sql): Promise<ServerInfo> {
  const asked = tenant<ServerInfo[]>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
      (select count(*)::int from pg_namespace where nspname !~ '^(pg_|information_schema)') as schemas`;
  const [row] = await inTime(asked, patience);
  if (!row) throw new Error("the server gave no version");
  if (row.number >= 140_000) return row;
  const message = `PostgreSQL 14 or newer is needed; this server is ${row.version}.`;
  throw failed({ code: "database_unreachable", message });
}

/** What a database is set to that has just answered. */
export const answering = ({ number }: ServerInfo) => ({
  serverVersion: number,
  checkedAt: sql`now()`,
  unhealthySince: null,
  problem: null,
});

/** Notes that it answers, unless somebody has had an answer since it was read: that one may have been from another server. */
export const noteAnswer = (database: Database, info: ServerInfo) =>
  db.update(databases).set(answering(info)).where(isAsRead(database));

/** Notes that it does not answer, unless it has answered somebody since it was read. */
export const noteSilence = (database: Database, problem: string) =>
  db
    .update(databases)
    .set({ unhealthySince: sql`coalesce(${databases.unhealthySince}, now())`, problem })
    .where(isAsRead(database));

const isAsRead = ({ id, checkedAt }: Database) =>
  and(eq(databases.id, id), checkedAt ? eq(databases.checkedAt, checkedAt) : isNull(databases.checkedAt));
