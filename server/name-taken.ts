import { getTableName, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import type { databases, destinations, schedules } from "@/db/schema";

/** What has a name that is unique. */
type Named = typeof databases | typeof destinations | typeof schedules;

/** Whoever gives something this name waits for others who do, so that the unique index has nothing left to refuse. */
export const lockName = (tx: Tx, table: Named, name: string) =>
  tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${`coffer:name:${getTableName(table)}:`} || lower(${name}), 0))`,
  );

/** Whether another one has the name, whatever its case. */
export async function isNameTaken(tx: Tx, table: Named, { id, name }: { id: string; name: string }): Promise<boolean> {
  await lockName(tx, table, name);
  const [row] = await tx
    .select({ id: table.id })
    .from(table)
    .where(sql`lower(${table.name}) = lower(${name}) and ${table.id} <> ${id}`);
  return row !== undefined;
}
