import type { Db, Tx } from "@/db/client";
import { notifications } from "@/db/schema";
import { ringForNotification } from "@/jobs/queue";

type Pending = Pick<typeof notifications.$inferInsert, "channelId" | "direct" | "about" | "projectId" | "onceKey"> & {
  facts: Record<string, unknown>;
};

/** Writes down what is to be sent, and rings for it, in the caller's transaction. What was written down before is not again. */
export async function enqueue(tx: Tx | Db, pending: Pending[]): Promise<void> {
  if (pending.length === 0) return;
  const made = await tx
    .insert(notifications)
    .values(pending)
    .onConflictDoNothing({ target: notifications.onceKey })
    .returning({ id: notifications.id });
  for (const { id } of made) await ringForNotification(tx, id);
}
