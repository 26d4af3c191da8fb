import { asc, type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { Tx } from "@/db/client";
import { backupCopies, backups } from "@/db/schema";

/** The backup that a query is about, by the table's name there. */
type Backup = Record<"id" | "status" | "movedAt", AnyPgColumn>;

/** Its file in the backup folder is there and whole, as far as we know. What was moved away is not there, whatever its status. */
const isWholeHere = ({ status, movedAt }: Backup) => sql`${status} = 'available' and ${movedAt} is null`;

/** Where one table is selected from, drizzle leaves its name out before an expression's own columns; a subquery would take them for its own. */
const alone = (condition: SQL): SQL<boolean> => sql<boolean>`(${condition})`;

/**
 * Whether a backup can be counted on: all of its bytes are somewhere, as far as we know, here or at a destination. Its status tells of
 * the file here only. For a query about backups.
 */
export const isGood = (backup: Backup): SQL<boolean> =>
  alone(sql`${isWholeHere(backup)} or exists (
  select from ${backupCopies} whole where whole.backup_id = ${backup.id} and whole.status = 'stored')`);

const isAtWork = (copy: string) =>
  sql.raw(
    `exists (select from control_plane.destinations d where d.id = ${copy}.destination_id and d.unhealthy_since is null)`,
  );

/** The same, but for copies at destinations that do not work now: those may have gone with it. */
export const isWithinReach = (backup: Backup): SQL<boolean> =>
  alone(sql`${isWholeHere(backup)} or exists (
  select from ${backupCopies} whole where whole.backup_id = ${backup.id} and whole.status = 'stored' and ${isAtWork("whole")})`);

/** Whether a copy of it is missing only since lately, made anew in vain or not: a disk may be mounted again, a server may have said so by mistake. */
export const mayComeBack = (backup: Backup): SQL<boolean> =>
  alone(
    sql`exists (select from ${backupCopies} lost where lost.backup_id = ${backup.id} and lost.missing_since > now() - interval '7 days')`,
  );

/** Whether a backup is within reach without this copy of it. For a query about copies. */
export const isGoodWithout: SQL<boolean> = alone(sql`
  exists (select from ${backups} where ${backups.id} = ${backupCopies.backupId} and ${isWholeHere(backups)})
  or exists (select from ${backupCopies} other where other.backup_id = ${backupCopies.backupId}
    and other.status = 'stored' and other.id <> ${backupCopies.id} and ${isAtWork("other")})`);

/** Whoever gives up a file of one of these backups has waited for all others who do, and sees what those have left. */
export async function lockBackups(tx: Tx, which: SQL): Promise<void> {
  await tx.select({ id: backups.id }).from(backups).where(which).orderBy(asc(backups.id)).for("no key update");
}
