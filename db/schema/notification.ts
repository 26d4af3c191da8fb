import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { secretJson } from "@/db/secret";
import { at, controlPlane, createdAt, id } from "./control-plane";
import { projects } from "./project";

export const channelKind = controlPlane.enum("channel_kind", ["email", "telegram", "webhook", "slack", "discord"]);
export const notificationEvent = controlPlane.enum("notification_event", [
  "backup_completed",
  "backup_failed",
  "proof_failed",
  "backup_stale",
  "backup_shrunk",
  "copy_failed",
  "destination_unhealthy",
  "schema_found",
]);
export const notificationStatus = controlPlane.enum("notification_status", ["pending", "sent", "failed"]);

export type ChannelKind = (typeof channelKind.enumValues)[number];
export type NotificationEvent = (typeof notificationEvent.enumValues)[number];
export type NotificationStatus = (typeof notificationStatus.enumValues)[number];

/** By its kind. */
export type ChannelSettings =
  | { kind: "email"; to: string[] }
  | { kind: "telegram"; botToken: string; chatId: string; apiUrl: string }
  /** `secret` signs what is sent. */
  | { kind: "webhook"; url: string; secret: string }
  | { kind: "slack" | "discord"; url: string };

/** Where people hear of what happens. */
export const notificationChannels = controlPlane.table(
  "notification_channels",
  {
    id: id(),
    name: text("name").notNull(),
    kind: channelKind("kind").notNull(),
    settings: secretJson<ChannelSettings>("settings").notNull(),
    createdAt: createdAt(),
    pausedAt: at("paused_at"),
  },
  (t) => [uniqueIndex("notification_channels_name").on(sql`lower(${t.name})`)],
);

/** Which events a channel is told, of one project or of all. */
export const notificationRules = controlPlane.table(
  "notification_rules",
  {
    id: id(),
    channelId: uuid("channel_id")
      .notNull()
      .references(() => notificationChannels.id, { onDelete: "cascade" }),
    event: notificationEvent("event").notNull(),
    /** Null: of all projects. */
    projectId: uuid("project_id").references(() => projects.id, { onDelete: "cascade" }),
    /** For `backup_stale`: after how many hours without a good backup. */
    staleHours: integer("stale_hours"),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("notification_rules_once").on(
      t.channelId,
      t.event,
      sql`coalesce(${t.projectId}, '00000000-0000-0000-0000-000000000000')`,
    ),
    index("notification_rules_by_event").on(t.event),
    index("notification_rules_by_project").on(t.projectId),
    check("notification_rules_stale_after", sql`(${t.event} = 'backup_stale') = (${t.staleHours} is not null)`),
  ],
);

/** Where one that belongs to no channel goes: the address that an export was started with, or a schedule's heartbeat. */
export type DirectTarget = { kind: "email"; to: string[] } | { kind: "heartbeat"; url: string };

/** One message to one place. This row is the truth, the queue only rings; it is kept for a month. */
export const notifications = controlPlane.table(
  "notifications",
  {
    id: id(),
    channelId: uuid("channel_id").references(() => notificationChannels.id, { onDelete: "cascade" }),
    direct: secretJson<DirectTarget>("direct"),
    /** An event's name, `test` or `heartbeat`. */
    about: text("about").notNull(),
    projectId: uuid("project_id").references(() => projects.id, { onDelete: "cascade" }),
    /** What its text is made of: jobs/notification/message.ts. */
    facts: jsonb("facts").$type<Record<string, unknown>>().notNull(),
    /** The same thing is told to the same place once. */
    onceKey: text("once_key").notNull(),
    status: notificationStatus("status").notNull().default("pending"),
    attempts: integer("attempts").notNull().default(0),
    error: text("error"),
    /** Of a mail to several, those who have it while others do not. */
    reached: text("reached").array().notNull().default([]),
    createdAt: createdAt(),
    sentAt: at("sent_at"),
  },
  (t) => [
    uniqueIndex("notifications_once").on(t.onceKey),
    index("notifications_by_channel").on(t.channelId, t.createdAt),
    index("notifications_by_time").on(t.createdAt),
    index("notifications_by_project").on(t.projectId),
    check("notifications_go_to_one_place", sql`(${t.channelId} is null) <> (${t.direct} is null)`),
  ],
);
