import { asc, eq } from "drizzle-orm";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { databases } from "@/db/schema";
import { discoverIn } from "@/jobs/discovery/discover";
import { answering, noteSilence } from "@/jobs/discovery/health";
import { failureOf } from "@/jobs/lifecycle/failure";
import { withTenant } from "@/jobs/postgres/connection";

type Database = typeof databases.$inferSelect;

/**
 * One round of what databases need now and then: whether they answer, and their new schemas where somebody wants to know of them. Any
 * number of workers may do it at once. A database that does not answer keeps nobody up.
 */
export async function lookAfterDatabases(): Promise<void> {
  const all = await db.select().from(databases).orderBy(asc(databases.name));
  await Promise.all(all.map(lookAfter));
}

async function lookAfter(database: Database): Promise<void> {
  if (!(await answers(database)) || database.discovery === "off") return;
  await discoverIn(database).catch((error: unknown) => {
    log.warn({ error, databaseId: database.id }, "a database could not be searched for new schemas");
  });
}

async function answers(database: Database): Promise<boolean> {
  const { id, connection } = database;
  const version = await withTenant(connection, "coffer:health", async (tenant) => {
    const [row] = await tenant<[{ number: number }]>`select current_setting('server_version_num')::int as number`;
    return row.number;
  }).catch((error: unknown) => ({ error }));
  if (typeof version === "number") {
    await db.update(databases).set(answering(version)).where(eq(databases.id, id));
    return true;
  }
  log.warn({ error: version.error, databaseId: id }, "a database does not answer");
  await noteSilence(database, failureOf(version.error).message);
  return false;
}
