import { and, eq, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { notifications } from "@/db/schema";
import { send } from "@/jobs/notification/send";
import { type Undelivered, whyUndelivered } from "@/jobs/notification/undelivered";
import { ringForNotification } from "@/jobs/queue";

type Notification = typeof notifications.$inferSelect;
type Outcome = Pick<Notification, "status" | "error">;

/** How long after each attempt there is another one, in seconds: for a day in all. */
const delays = [10, 60, 300, 900, 3600, 2 * 3600, 4 * 3600, 6 * 3600, 10 * 3600];
/** Who watches a run wants to know while it runs. */
const delaysOfHeartbeats = [5, 15, 60, 300];
/** No place may put us off for longer. */
const mostSeconds = 6 * 3600;

/**
 * Sends a notification that is not sent yet, and writes down what became of it; null when there was nothing to send. A process that
 * dies in between has it sent again: at least once, never lost. `isTrial`: there is no other attempt.
 */
export async function deliver(
  id: string,
  { signal, isTrial = false }: { signal?: AbortSignal; isTrial?: boolean } = {},
) {
  const isPending = and(eq(notifications.id, id), eq(notifications.status, "pending"));
  const [row] = await db
    .update(notifications)
    .set({ attempts: sql`${notifications.attempts} + 1` })
    .where(isPending)
    .returning();
  if (!row) return null;
  const why = await attempt(row, signal);
  const outcome = outcomeOf(row, why, isTrial);
  await db.transaction(async (tx) => {
    const sentAt = outcome.status === "sent" ? sql`now()` : null;
    const [written] = await tx
      .update(notifications)
      .set({ ...outcome, sentAt, reached: [...row.reached, ...(why?.reached ?? [])] })
      .where(isPending)
      .returning();
    if (written?.status === "pending") await ringForNotification(tx, id, { afterSeconds: waitAfter(row, why) });
  });
  return outcome;
}

async function attempt(row: Notification, signal?: AbortSignal): Promise<Undelivered | null> {
  try {
    await send(row, signal);
    return null;
  } catch (error) {
    const why = whyUndelivered(error);
    const about = { notificationId: row.id, channelId: row.channelId, about: row.about, attempt: row.attempts };
    if (error instanceof Error && "undelivered" in error) log.info({ ...about, why }, "a notification did not arrive");
    else log.error({ ...about, error }, "a notification could not be sent");
    return why;
  }
}

const delaysOf = ({ about }: Notification) => (about === "heartbeat" ? delaysOfHeartbeats : delays);

function outcomeOf(row: Notification, why: Undelivered | null, isTrial: boolean): Outcome {
  if (!why) return { status: "sent", error: null };
  const isFinal = isTrial || why.isPermanent || row.attempts > delaysOf(row).length;
  return { status: isFinal ? "failed" : "pending", error: why.message };
}

const waitAfter = (row: Notification, why: Undelivered | null) =>
  Math.min(mostSeconds, Math.max(delaysOf(row)[row.attempts - 1] ?? 0, why?.retryAfter ?? 0));
