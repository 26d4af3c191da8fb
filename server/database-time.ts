import { sql } from "drizzle-orm";
import { db, type Tx } from "@/db/client";

/** The database's clock, which everything that has a time goes by. To the millisecond. */
export async function databaseTime(tx: Tx | typeof db = db): Promise<Date> {
  const [row] = await tx.execute<{ now: string }>(sql`select date_trunc('milliseconds', now()) as now`);
  if (!row) throw new Error("the database told no time");
  return new Date(row.now);
}
