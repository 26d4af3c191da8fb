import { sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { schedules } from "@/db/schema";

/** Whoever gives a schedule this name waits for others who do, so that the unique index has nothing left to refuse. */
export const lockName = (tx: Tx, name: string) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('coffer:schedule-name:' || lower(${name}), 0))`);

/** Whether another schedule has the name, whatever its case. */
export async function isNameTaken(tx: Tx, { id, name }: { id: string; name: string }): Promise<boolean> {
  await lockName(tx, name);
  const [row] = await tx
    .select({ id: schedules.id })
    .from(schedules)
    .where(sql`lower(${schedules.name}) = lower(${name}) and ${schedules.id} <> ${id}`);
  return row !== undefined;
}

export const nameTaken = (name: string) =>
  new AppError("ALREADY_EXISTS", `There is a schedule with the name ${name} already.`);
