import { and, eq, isNull, or } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { notificationChannels, notificationRules } from "@/db/schema";
import { enqueue } from "@/jobs/notification/enqueue";
import type { Happening } from "@/jobs/notification/event";

/** One event with its facts, e.g. `{ event: "copy_failed", projectId, once: copyId, facts: { … } }`. */
export type Announcement = Happening & {
  /** Null for what concerns no project: then only rules for all projects apply. */
  projectId: string | null;
  /** Names what has happened, with ids: each channel is told of it once, however often it is announced. */
  once: string;
};

/**
 * Tells every channel with a rule for this event, in the transaction that makes it true: either both stand or neither. It only
 * writes down what is to be sent; a worker sends it. Channels that are paused are not told, also not later.
 */
export async function announce(tx: Tx | Db, { event, facts, projectId, once }: Announcement): Promise<void> {
  const ofAll = isNull(notificationRules.projectId);
  const channels = await tx
    .selectDistinct({ id: notificationChannels.id })
    .from(notificationRules)
    .innerJoin(notificationChannels, eq(notificationChannels.id, notificationRules.channelId))
    .where(
      and(
        eq(notificationRules.event, event),
        isNull(notificationChannels.pausedAt),
        projectId === null ? ofAll : or(ofAll, eq(notificationRules.projectId, projectId)),
      ),
    );
  await enqueue(
    tx,
    channels.map(({ id: channelId }) => ({
      channelId,
      about: event,
      projectId,
      facts,
      onceKey: `${channelId}:${event}:${once}`,
    })),
  );
}
