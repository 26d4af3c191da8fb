import { randomUUID } from "node:crypto";
import { and, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { type Origin, recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { notificationChannels, notificationRules, notifications } from "@/db/schema";
import { deliver } from "@/jobs/notification/deliver";
import { isMailConfigured } from "@/jobs/notification/email";
import { ringForNotification } from "@/jobs/queue";
import { channelChange, newChannel, requireMail, settingsFrom, settingsIn } from "@/server/notification-channel";
import { deliveryFilters, listChannels, listDeliveries } from "@/server/notification-list";
import { projectIds, ruleInput } from "@/server/notification-rule";
import { adminProcedure, router, userProcedure } from "@/server/trpc";

const channelInput = z.strictObject({ channelId: z.uuid() });

export const notificationRouter = router({
  /** What can be had: without a mail server there are no mails. */
  setup: userProcedure.query(() => ({ isMailConfigured: isMailConfigured() })),

  /** Every channel with its rules, without anything secret. */
  channels: adminProcedure.query(() => listChannels()),

  /** One of them. */
  channel: adminProcedure.input(channelInput).query(({ input }) => shown(input.channelId)),

  /** Adds a channel, which is told of nothing until it has rules. `secret`: of a webhook whose secret was made here; no other answer ever holds it. */
  addChannel: adminProcedure.input(newChannel).mutation(async ({ ctx, input }) => {
    const { name, kind } = input;
    if (kind === "email") requireMail();
    const settings = settingsFrom(kind, settingsIn(input));
    const id = await db.transaction(async (tx) => {
      const [row] = await tx
        .insert(notificationChannels)
        .values({ name, kind, settings })
        .onConflictDoNothing()
        .returning();
      if (!row) throw taken(name);
      await record(tx, ctx.origin, { action: "added", id: row.id, details: { name, kind } });
      return row.id;
    });
    const made = settings.kind === "webhook" && !input.secret ? settings.secret : null;
    return { ...(await shown(id)), secret: made };
  }),

  /** Changes a channel, pauses it or lets it go on. What is left out stays as it is. */
  changeChannel: adminProcedure.input(channelChange).mutation(async ({ ctx, input }) => {
    await db.transaction(async (tx) => {
      const { id, kind, settings, name } = await find(tx, input.channelId);
      const given = settingsIn(input);
      const paused =
        input.paused === undefined
          ? {}
          : { pausedAt: input.paused ? sql`coalesce(${notificationChannels.pausedAt}, now())` : null };
      const set = { name: input.name ?? name, settings: settingsFrom(kind, given, settings), ...paused };
      if (set.name !== name) await requireFree(tx, set.name, id);
      await tx.update(notificationChannels).set(set).where(eq(notificationChannels.id, id));
      const details = { name: set.name, kind, changed: Object.keys(given), paused: input.paused };
      await record(tx, ctx.origin, { action: "changed", id, details });
    });
    return shown(input.channelId);
  }),

  /** Removes a channel with its rules and what is known of its messages. */
  removeChannel: adminProcedure.input(channelInput).mutation(({ ctx, input }) =>
    db.transaction(async (tx) => {
      const { id, name, kind } = await find(tx, input.channelId);
      await tx.delete(notificationChannels).where(eq(notificationChannels.id, id));
      await record(tx, ctx.origin, { action: "removed", id, details: { name, kind } });
    }),
  ),

  /** Replaces all rules of a channel. */
  setRules: adminProcedure.input(ruleInput).mutation(async ({ ctx, input }) => {
    await db.transaction(async (tx) => {
      const { id: channelId, name } = await find(tx, input.channelId);
      const ids = await projectIds(
        tx,
        input.rules.flatMap(({ project }) => project ?? []),
      );
      await tx.delete(notificationRules).where(eq(notificationRules.channelId, channelId));
      const values = input.rules.map(({ event, project, hours }) => {
        const projectId = project ? ids(project) : null;
        return { channelId, event, staleHours: hours, projectId };
      });
      const rules = new Set(values.map(({ event, projectId }) => `${event} ${projectId}`));
      if (rules.size < values.length)
        throw new AppError("VALIDATION_ERROR", "There are two rules for one event and project. Leave one out.");
      if (values.length > 0) await tx.insert(notificationRules).values(values);
      const details = { name, events: [...new Set(input.rules.map(({ event }) => event))] };
      await record(tx, ctx.origin, { action: "rules_set", id: channelId, details });
    });
    return shown(input.channelId);
  }),

  /** Sends a message to a channel now, also to one that is paused, and tells what became of it. */
  test: adminProcedure.input(channelInput).mutation(async ({ ctx, input }) => {
    const id = await db.transaction(async (tx) => {
      const { id: channelId, name } = await find(tx, input.channelId);
      const values = { channelId, about: "test", facts: {}, onceKey: `test:${randomUUID()}` };
      const [row] = await tx.insert(notifications).values(values).returning({ id: notifications.id });
      await record(tx, ctx.origin, { action: "tested", id: channelId, details: { name } });
      return row?.id ?? "";
    });
    const outcome = await deliver(id, { isTrial: true });
    return { isDelivered: outcome?.status === "sent", error: outcome?.error ?? null };
  }),

  /** What was or is to be sent in the last month, newest first. */
  deliveries: adminProcedure.input(deliveryFilters).query(({ input }) => listDeliveries(input)),

  /** Sends one again that was given up. */
  retry: adminProcedure.input(z.strictObject({ deliveryId: z.uuid() })).mutation(({ ctx, input }) =>
    db.transaction(async (tx) => {
      const isGivenUp = and(eq(notifications.id, input.deliveryId), eq(notifications.status, "failed"));
      const [row] = await tx
        .update(notifications)
        .set({ status: "pending", attempts: 0 })
        .where(and(isGivenUp, ne(notifications.about, "test")))
        .returning();
      if (!row) throw new AppError("DELIVERY_NOT_FOUND", "There is no such delivery, or it has not failed.");
      await ringForNotification(tx, row.id);
      const subject = { kind: "notification" as const, id: row.id };
      const { projectId, about } = row;
      await recordAudit(tx, ctx.origin, { action: "notification.retried", subject, projectId, details: { about } });
      return { id: row.id, status: row.status };
    }),
  ),
});

async function shown(channelId: string) {
  const [channel] = await listChannels(channelId);
  if (!channel) throw noChannel();
  return channel;
}

async function find(tx: Tx, channelId: string) {
  const [row] = await tx
    .select()
    .from(notificationChannels)
    .where(eq(notificationChannels.id, channelId))
    .for("update");
  if (!row) throw noChannel();
  return row;
}

const noChannel = () => new AppError("CHANNEL_NOT_FOUND", "There is no such channel.");
const taken = (name: string) => new AppError("ALREADY_EXISTS", `There is a channel with the name ${name} already.`);

async function requireFree(tx: Tx, name: string, id: string) {
  // Nobody takes the name in between.
  await tx.execute(sql`lock table ${notificationChannels} in share row exclusive mode`);
  const isSame = sql`lower(${notificationChannels.name}) = lower(${name})`;
  const [other] = await tx
    .select({ id: notificationChannels.id })
    .from(notificationChannels)
    .where(and(isSame, ne(notificationChannels.id, id)));
  if (other) throw taken(name);
}

type Change = { action: string; id: string; details: Record<string, unknown> };

const record = (tx: Tx, origin: Origin, { action, id, details }: Change) =>
  recordAudit(tx, origin, {
    action: `notification_channel.${action}`,
    subject: { kind: "notification_channel", id },
    details,
  });
