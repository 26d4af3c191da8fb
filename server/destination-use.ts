import { and, asc, count, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { db, type Tx } from "@/db/client";
import { backupCopies, backups, schedules } from "@/db/schema";
import { isGoodWithout, lockBackups } from "@/jobs/backup-copy/good";

/** What stands in the way of removing a destination: copies that are there, of them those that are the last whole file, and schedules. */
export async function destinationUse(tx: Tx | typeof db, destinationId: string) {
  const isLast = sql`${backupCopies.status} = 'stored' and not ${isGoodWithout}`;
  const [found] = await tx
    .select({ copies: count(), onlyCopies: sql<number>`(count(*) filter (where ${isLast}))::int` })
    .from(backupCopies)
    .where(and(eq(backupCopies.destinationId, destinationId), isNotNull(backupCopies.backupId)));
  const naming = await tx
    .select({ name: schedules.name })
    .from(schedules)
    .where(sql`${schedules.options} -> 'destinations' ? ${destinationId}`)
    .orderBy(asc(schedules.name));
  return { copies: 0, onlyCopies: 0, ...found, schedules: naming.map((schedule) => schedule.name) };
}

/** The same, and as long as the transaction lasts nobody gives up another file of the backups that have a copy there. */
export async function lockedDestinationUse(tx: Tx, destinationId: string) {
  const there = db
    .select({ id: backupCopies.backupId })
    .from(backupCopies)
    .where(eq(backupCopies.destinationId, destinationId));
  await lockBackups(tx, inArray(backups.id, there));
  return destinationUse(tx, destinationId);
}
