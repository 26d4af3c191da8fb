import { sql } from "drizzle-orm";
import { db } from "@/db/client";

/** The database's clock, which everything that has a time goes by. To the millisecond. */
export async function databaseTime(): Promise<Date> {
  const [row] = await db.execute<{ now: string }>(sql`select date_trunc('milliseconds', now()) as now`);
  if (!row) throw new Error("the database told no time");
  return new Date(row.now);
}
