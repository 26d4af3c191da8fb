import { and, eq, isNull, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { databases } from "@/db/schema";

type Database = typeof databases.$inferSelect;

/** What a database is set to that has just answered. `serverVersion` as server_version_num has it. */
export const answering = (serverVersion: number) => ({
  serverVersion,
  checkedAt: sql`now()`,
  unhealthySince: null,
  problem: null,
});

/** Notes that it does not answer, unless it has answered somebody since it was read. */
export async function noteSilence({ id, checkedAt }: Database, problem: string): Promise<void> {
  const isAsRead = checkedAt ? eq(databases.checkedAt, checkedAt) : isNull(databases.checkedAt);
  await db
    .update(databases)
    .set({ unhealthySince: sql`coalesce(${databases.unhealthySince}, now())`, problem })
    .where(and(eq(databases.id, id), isAsRead));
}
