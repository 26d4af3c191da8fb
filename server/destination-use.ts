import { setTimeout as delay } from "node:timers/promises";
import { and, asc, count, desc, eq, gt, inArray, isNotNull, or, sql } from "drizzle-orm";
import { db, type Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { backupCopies, backups, type DestinationSettings, destinations, schedules } from "@/db/schema";
import { isGoodWithout, lockBackups } from "@/jobs/backup-copy/good";
import { isUnderway } from "@/jobs/backup-copy/start";
import type { Placed } from "@/jobs/destination/destination";
import { openDestination } from "@/jobs/destination/open";
import { isSamePlace, withoutLinks } from "@/jobs/destination/same-place";
import { failed, failureOf } from "@/jobs/lifecycle/failure";
import { databaseTime } from "@/server/database-time";

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

type Row = typeof destinations.$inferSelect;

/** How long anybody waits for an answer about a copy, in ms. */
const patience = 30_000;

/**
 * For settings that name another folder, bucket or chat: throws DESTINATION_IN_USE where the oldest or the newest of the copies is not found
 * there, since all of them would be lost, and DESTINATION_FAILED where nobody can tell.
 */
export async function requireCopiesAt(settings: DestinationSettings, destinationId: string): Promise<void> {
  const here = eq(backupCopies.destinationId, destinationId);
  if (settings.kind === "telegram") {
    // What was sent to a chat is removed there by its numbers, orphans too.
    const [sent] = await db
      .select({ id: backupCopies.id })
      .from(backupCopies)
      .where(and(here, isNotNull(backupCopies.locator)))
      .limit(1);
    if (sent) throw inUse("What was sent to one chat cannot be moved to another.");
    return;
  }
  const isThere = and(here, eq(backupCopies.status, "stored"), isNotNull(backupCopies.backupId));
  const end = (order: typeof asc) =>
    db.select().from(backupCopies).where(isThere).orderBy(order(backupCopies.storedAt)).limit(1);
  for (const { name, sizeBytes, locator } of [...(await end(asc)), ...(await end(desc))]) {
    const size = await sizeAt(settings, { name, sizeBytes: sizeBytes ?? 0, locator });
    if (size !== sizeBytes) throw inUse(`${name} is not found with these settings.`);
  }
}

async function sizeAt(settings: DestinationSettings, placed: Placed): Promise<number | null> {
  const late = delay(patience, null, { ref: false }).then(() => {
    throw failed({ code: "destination_unavailable", message: "It did not answer in time." });
  });
  return Promise.race([openDestination(settings).size(placed), late]).catch((error) => {
    throw new AppError("DESTINATION_FAILED", failureOf(error).message);
  });
}

const inUse = (why: string) =>
  new AppError(
    "DESTINATION_IN_USE",
    `It has copies of backups. ${why} Move the files first, or set up another destination and copy the backups to it.`,
  );

/**
 * Throws ALREADY_EXISTS where another destination keeps its files: each would take the other's for its own. As long as the transaction lasts nobody
 * else sets one up.
 */
export async function requireOwnPlace(tx: Tx, settings: DestinationSettings, but?: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('coffer:destinations', 0))`);
  const place = await withoutLinks(settings);
  for (const other of await tx.select().from(destinations).where(eq(destinations.kind, settings.kind))) {
    if (other.id !== but && isSamePlace(place, await withoutLinks(other.settings)))
      throw new AppError(
        "ALREADY_EXISTS",
        `${other.name} keeps its copies there already. Use that, or choose another place.`,
      );
  }
}

/**
 * Holds a destination that is to be elsewhere, so that nobody begins a copy to it before the transaction ends. Throws DESTINATION_IN_USE while one is
 * on its way, which would be looked for elsewhere later, and when one has come, or the settings have changed, since somebody has looked.
 */
export async function holdUnused(tx: Tx, { id, settings }: Row, since: Date): Promise<void> {
  const [now] = await tx.select().from(destinations).where(eq(destinations.id, id)).for("update");
  if (!now || JSON.stringify(now.settings) !== JSON.stringify(settings))
    throw new AppError("DESTINATION_IN_USE", "Somebody has changed it meanwhile. Load the page again, then try again.");
  const [copy] = await tx
    .select({ id: backupCopies.id })
    .from(backupCopies)
    .innerJoin(destinations, eq(destinations.id, backupCopies.destinationId))
    .where(and(eq(destinations.id, id), or(isUnderway, gt(backupCopies.storedAt, since))))
    .limit(1);
  if (copy)
    throw new AppError(
      "DESTINATION_IN_USE",
      "A copy is on its way there. Try again when it has ended, or cancel it first.",
    );
}

/**
 * Lets a destination have other settings: gives what to call first in the transaction that changes them. Throws as `requireCopiesAt` does for
 * settings that name another place.
 */
export async function requireMovable(before: Row, settings: DestinationSettings): Promise<(tx: Tx) => Promise<void>> {
  if (isSamePlace(settings, before.settings)) return async () => {};
  // From here on copies may come that the look has not seen.
  const since = await databaseTime();
  await requireCopiesAt(settings, before.id);
  return (tx) => holdUnused(tx, before, since);
}
