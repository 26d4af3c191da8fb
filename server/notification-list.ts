import { and, asc, desc, eq, inArray, sql } from "drizzle-orm";
import { z } from "zod";
import { db } from "@/db/client";
import { notificationChannels, notificationRules, notificationStatus, notifications, projects } from "@/db/schema";
import { after, decodeCursor, encodeCursor, keyset, pageInput } from "@/server/keyset";
import { shownSettings } from "@/server/notification-channel";

export const deliveryFilters = pageInput.extend({
  channelId: z.uuid().optional(),
  status: z.enum(notificationStatus.enumValues).optional(),
});

/** Every channel with its rules, and what became of the last message to it. Nothing secret. */
export async function listChannels(channelId?: string) {
  const rows = await db
    .select()
    .from(notificationChannels)
    .where(channelId ? eq(notificationChannels.id, channelId) : undefined)
    .orderBy(asc(sql`lower(${notificationChannels.name})`));
  const ids = rows.map(({ id }) => id);
  const [rules, last] = await Promise.all([rulesOf(ids), lastOf(ids)]);
  return rows.map(({ settings, ...channel }) => ({
    ...channel,
    ...shownSettings(settings),
    rules: rules.filter((rule) => rule.channelId === channel.id).map(({ channelId: _, ...rule }) => rule),
    last: last.get(channel.id) ?? null,
  }));
}

const rulesOf = (ids: string[]) =>
  db
    .select({
      channelId: notificationRules.channelId,
      event: notificationRules.event,
      project: projects.slug,
      hours: notificationRules.staleHours,
    })
    .from(notificationRules)
    .leftJoin(projects, eq(projects.id, notificationRules.projectId))
    .where(inArray(notificationRules.channelId, ids))
    .orderBy(asc(notificationRules.event), asc(projects.slug));

async function lastOf(ids: string[]) {
  const rows = await db
    .selectDistinctOn([notifications.channelId], {
      channelId: notifications.channelId,
      status: notifications.status,
      error: notifications.error,
      createdAt: notifications.createdAt,
    })
    .from(notifications)
    .where(inArray(notifications.channelId, ids))
    .orderBy(notifications.channelId, desc(notifications.createdAt));
  return new Map(rows.map(({ channelId, ...last }) => [channelId, last]));
}

/** What was or is to be sent, newest first. */
export async function listDeliveries({ limit, cursor, channelId, status }: z.infer<typeof deliveryFilters>) {
  const rows = await db
    .select({
      id: notifications.id,
      about: notifications.about,
      channelId: notifications.channelId,
      channelName: notificationChannels.name,
      direct: notifications.direct,
      project: projects.slug,
      status: notifications.status,
      attempts: notifications.attempts,
      error: notifications.error,
      createdAt: notifications.createdAt,
      sentAt: notifications.sentAt,
    })
    .from(notifications)
    .leftJoin(notificationChannels, eq(notificationChannels.id, notifications.channelId))
    .leftJoin(projects, eq(projects.id, notifications.projectId))
    .where(
      and(
        channelId ? eq(notifications.channelId, channelId) : undefined,
        status ? eq(notifications.status, status) : undefined,
        after(decodeCursor(cursor), { at: notifications.createdAt, id: notifications.id }),
      ),
    )
    .orderBy(desc(notifications.createdAt), desc(notifications.id))
    .limit(limit + 1);
  const shown = rows.map(({ direct, ...row }) => ({
    ...row,
    /** Where one goes that belongs to no channel. */
    mailTo: direct?.kind === "email" ? direct.to : null,
  }));
  return keyset(shown, limit, ({ createdAt, id }) => encodeCursor({ at: createdAt, id }));
}
