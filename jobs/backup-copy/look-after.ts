import { and, eq, inArray, isNotNull, isNull, lt, notInArray, or, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { backupCopies, backups, destinations } from "@/db/schema";
import { copyAgain } from "@/jobs/backup-copy/again";
import { removeOrphans } from "@/jobs/backup-copy/orphans";
import { type CopyRow, noteHealthy, noteUnhealthy } from "@/jobs/backup-copy/place";
import { lacksSidecar, mendSidecar } from "@/jobs/backup-copy/sidecar";
import { isUnderway } from "@/jobs/backup-copy/start";
import { noteSeen } from "@/jobs/backup-copy/tell-lost";
import { checkDestination, openDestination } from "@/jobs/destination/open";
import { type FailureCode, failureOf } from "@/jobs/lifecycle/failure";

/** How often each is looked at. Unhealthy destinations are tried again sooner. */
const tryEvery = sql`case when ${destinations.unhealthySince} is null then interval '1 hour' else interval '5 minutes' end`;
const lookEvery = sql`interval '1 day'`;
const inChats = sql`(select ${destinations.id} from ${destinations} where ${destinations.kind} = 'telegram')`;
/** A manifest that could not be put is tried again soon, then ever more seldom: each time after twice as long. In chats there are none. */
const lookAgain = sql`case when ${lacksSidecar} and ${notInArray(backupCopies.destinationId, inChats)}
  then least(${lookEvery}, ${backupCopies.checkedAt} - ${backupCopies.storedAt} + interval '1 minute')
  else ${lookEvery} end`;
/** Unfinished pieces of puts that are older than this are of nobody. */
const unfinishedAfterMs = 36 * 3_600_000;
const atOnce = 50;

/**
 * One round of everything that destinations need now and then: whether they work, the copies that they could not take, whether the others are
 * still there, and the end of copies whose backup is gone. Any number of workers may do it at once: each takes what no other has taken.
 */
export async function lookAfterDestinations(signal: AbortSignal): Promise<void> {
  await tryDestinations(signal);
  await copyAgain(signal);
  await lookForCopies(signal);
  await removeOrphans(signal);
}

async function tryDestinations(signal: AbortSignal): Promise<void> {
  const due = await db
    .update(destinations)
    .set({ checkedAt: sql`now()` })
    .where(or(isNull(destinations.checkedAt), lt(destinations.checkedAt, sql`now() - ${tryEvery}`)))
    .returning();
  for (const row of due) {
    signal.throwIfAborted();
    const destination = await tried(row, signal);
    await destination?.sweep(new Date(Date.now() - unfinishedAfterMs)).catch((error: unknown) => {
      signal.throwIfAborted();
      // It takes backups and gives them back: keys that may do no more are enough for that.
      log.warn({ error, destinationId: row.id }, "what unfinished copies have left could not be removed");
    });
  }
}

/** The destination, if it works. */
async function tried({ id, name, settings }: typeof destinations.$inferSelect, signal: AbortSignal) {
  try {
    const destination = openDestination(settings);
    const { freeBytes } = await checkDestination(destination, signal, { isKnown: true });
    await noteHealthy(id, freeBytes);
    return destination;
  } catch (error) {
    signal.throwIfAborted();
    await noteUnhealthy({ id, name }, failureOf(error));
    log.warn({ error, destinationId: id }, "a destination does not work");
    return null;
  }
}

async function lookForCopies(signal: AbortSignal): Promise<void> {
  const healthy = db.select({ id: destinations.id }).from(destinations).where(isNull(destinations.unhealthySince));
  const due = db
    .select({ id: backupCopies.id })
    .from(backupCopies)
    .where(
      and(
        // One that is gone may be there again: a disk was mounted anew, or a server has found it.
        // That it could not be made anew changes nothing about that.
        or(
          inArray(backupCopies.status, ["stored", "missing"]),
          and(isNotNull(backupCopies.missingSince), sql`not ${isUnderway}`),
        ),
        isNotNull(backupCopies.backupId),
        inArray(backupCopies.destinationId, healthy),
        lt(backupCopies.checkedAt, sql`now() - ${lookAgain}`),
      ),
    )
    .limit(atOnce)
    .for("update", { skipLocked: true });
  const taken: CopyRow[] = await db
    .update(backupCopies)
    .set({ checkedAt: sql`now()` })
    .where(inArray(backupCopies.id, due))
    .returning();
  const round: Round = { signal, takesNothing: new Set() };
  const away = new Set<string>();
  for (const copy of taken) {
    signal.throwIfAborted();
    if (away.has(copy.destinationId)) await askLater(copy);
    else if ((await lookFor(copy, round)) === "destination_unavailable") away.add(copy.destinationId);
  }
}

type Round = {
  signal: AbortSignal;
  /** Destinations that did not take a manifest in this round. */
  takesNothing: Set<string>;
};

/** It was not looked for: in a round to come, as if it had not been taken. */
const askLater = ({ id }: CopyRow) =>
  db
    .update(backupCopies)
    .set({ checkedAt: sql`now() - ${lookEvery}` })
    .where(eq(backupCopies.id, id));

/** Gives why its destination could not say. */
async function lookFor(copy: CopyRow, round: Round): Promise<FailureCode | undefined> {
  const [about] = await db
    .select({ destination: destinations, backup: backups })
    .from(destinations)
    .innerJoin(backups, eq(backups.id, copy.backupId ?? sql`null`))
    .where(eq(destinations.id, copy.destinationId));
  if (!about) return;
  const { destination, backup } = about;
  const placed = { name: copy.name, sizeBytes: copy.sizeBytes ?? 0, locator: copy.locator };
  try {
    const place = openDestination(destination.settings);
    const size = await place.size(placed);
    const status = size === null ? "missing" : size === copy.sizeBytes ? "stored" : "corrupt";
    // What is in the place of one that is gone is it only with the right size.
    const isNews = status !== copy.status && (status === "stored" || copy.status === "stored");
    const problem = {
      stored: null,
      missing: "It is gone.",
      corrupt: `It has ${size} bytes instead of ${copy.sizeBytes}.`,
    }[status];
    if (isNews) await noteSeen({ copy, backup, destinationName: destination.name }, { status, problem });
    if (status === "stored") await mend({ backup, copy, destination: place }, round);
  } catch (error) {
    const failure = failureOf(error);
    await noteUnhealthy(destination, failure);
    return failure.code;
  }
}

/** The whole round is not to wait long for what a copy can do without. */
const mendPatience = 30_000;

async function mend(seen: Parameters<typeof mendSidecar>[0], { signal, takesNothing }: Round): Promise<void> {
  const { id, destinationId } = seen.copy;
  if (takesNothing.has(destinationId)) return;
  try {
    await mendSidecar(seen, AbortSignal.any([signal, AbortSignal.timeout(mendPatience)]));
  } catch (error) {
    signal.throwIfAborted();
    takesNothing.add(destinationId);
    log.warn({ error, copyId: id }, "the manifest of a copy could not be put beside it");
  }
}
