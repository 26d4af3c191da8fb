import { asc } from "drizzle-orm";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { databases } from "@/db/schema";
import { discoverIn } from "@/jobs/discovery/discover";
import { askServer, noteAnswer, noteSilence } from "@/jobs/discovery/health";
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

const unforeseen = "It could not be asked. The worker's log has the details.";

async function answers(database: Database): Promise<boolean> {
  const { connection, id: databaseId } = database;
  const found = await withTenant(connection, "coffer:health", askServer).catch((error: unknown) => ({ error }));
  if (!("error" in found)) {
    await noteAnswer(database, found);
    return true;
  }
  log.warn({ error: found.error, databaseId }, "a database does not answer");
  const { code, message } = failureOf(found.error);
  await noteSilence(database, code === "internal_error" ? unforeseen : message);
  return false;
}
