import { asc, eq, sql } from "drizzle-orm";
import { db } from "@/db/client";
import {
  type ChannelSettings,
  type NotificationEvent,
  notificationChannels,
  notificationRules,
  notifications,
} from "@/db/schema";
import { unique } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";

/** Settings of a channel that nothing is to reach. */
export const webhook = { kind: "webhook" as const, url: "https://hooks.example.org/x", secret: "s" };

type Rule = { event: NotificationEvent; projectId?: string; staleHours?: number };

/** A channel that is told of these events. Gives its id. */
export async function addChannel(settings: ChannelSettings, rules: Rule[] = []): Promise<string> {
  const [channel] = await db
    .insert(notificationChannels)
    .values({ name: `channel ${unique()}`, kind: settings.kind, settings })
    .returning();
  const channelId = channel?.id ?? "";
  for (const rule of rules) await db.insert(notificationRules).values({ channelId, ...rule });
  return channelId;
}

export type Notification = typeof notifications.$inferSelect;

/** What a channel was or is to be told, oldest first. */
export const notificationsOf = (channelId: string): Promise<Notification[]> =>
  db.select().from(notifications).where(eq(notifications.channelId, channelId)).orderBy(asc(notifications.createdAt));

/** What these are about. */
export const aboutsOf = async (channelId: string): Promise<string[]> =>
  (await notificationsOf(channelId)).map(({ about }) => about);

export const notificationsAbout = (about: string): Promise<Notification[]> =>
  db.select().from(notifications).where(eq(notifications.about, about)).orderBy(asc(notifications.createdAt));

/** The only notification that there is with these words in its key, once the question about it is answered with yes. */
export const notificationWhen = (key: string, asked: (row: Notification) => unknown): Promise<Notification> =>
  waitFor(
    async () => {
      const rows = await db
        .select()
        .from(notifications)
        .where(sql`${notifications.onceKey} like ${`%${key}%`}`);
      return rows.length === 1 && rows[0] && asked(rows[0]) ? rows[0] : null;
    },
    { what: `a notification for ${key} (${asked})`, seconds: 30 },
  );

export type NotificationBell = { id: string; inSeconds: number; lockedBy: string | null };

/** The bells for a notification that somebody may still answer. */
export async function notificationBells(id: string): Promise<NotificationBell[]> {
  const rows = await db.execute<NotificationBell>(sql`
    select id::text, extract(epoch from run_at - now())::float8 as "inSeconds", locked_by as "lockedBy"
    from graphile_worker._private_jobs
    where payload->>'notificationId' = ${id} and attempts < max_attempts order by id`);
  return [...rows];
}
