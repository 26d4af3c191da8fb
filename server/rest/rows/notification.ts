import { z } from "zod";
import { notificationStatus } from "@/db/schema";
import { channelRecord, deliveryRecord, presentChannel } from "@/server/rest/present/notification";
import { row } from "@/server/rest/row";

const tag = "Notifications";
const common = { tag, casing: "snake" as const, status: 200 };
const ofChannel = { rename: { id: "channelId" }, errors: ["PERMISSION_DENIED" as const, "CHANNEL_NOT_FOUND" as const] };
const one = z.strictObject({ data: channelRecord });
const path = "/api/v1/notifications/channels";

export const notificationRows = [
  row({
    ...common,
    id: "listNotificationChannels",
    method: "GET",
    path,
    summary: "List the channels that people are told by, with their rules",
    procedure: "notification.channels",
    errors: ["PERMISSION_DENIED"],
    output: z.strictObject({ data: z.array(channelRecord) }),
    present: (channels) => ({ body: { data: channels.map(presentChannel) } }),
  }),

  row({
    ...common,
    id: "addNotificationChannel",
    method: "POST",
    path,
    summary: "Add a channel",
    description:
      "By its kind: `email` takes `to`; `telegram` takes `bot_token`, `chat_id` and, for a server of one's own, `api_url`; `webhook` takes `url` and may bring a `secret`; `slack` and `discord` take `url`. Secrets are kept sealed and never shown again, but for the secret of a webhook that is made here: this answer alone holds it. A webhook gets a POST whose `Coffer-Signature` is `t=<seconds>,v1=<hex>`, the HMAC-SHA256 of `<t>.<body>` with that secret.",
    procedure: "notification.addChannel",
    status: 201,
    errors: ["PERMISSION_DENIED", "ALREADY_EXISTS", "MAIL_NOT_CONFIGURED"],
    output: z.strictObject({
      data: channelRecord.extend({ secret: z.string().nullable() }).meta({ id: "NewNotificationChannel" }),
    }),
    present: ({ secret, ...channel }) => ({
      body: { data: { ...presentChannel(channel), secret } },
      headers: { "Cache-Control": "no-store" },
    }),
    example: { body: { name: "on call", kind: "webhook", url: "https://hooks.example.org/coffer" } },
  }),

  row({
    ...common,
    ...ofChannel,
    id: "readNotificationChannel",
    method: "GET",
    path: `${path}/{id}`,
    summary: "Read a channel with its rules",
    procedure: "notification.channel",
    output: one,
    present: (channel) => ({ body: { data: presentChannel(channel) } }),
  }),

  row({
    ...common,
    ...ofChannel,
    id: "changeNotificationChannel",
    method: "POST",
    path: `${path}/{id}`,
    summary: "Change a channel, pause it or let it go on",
    description: "What is left out stays as it is, secrets too.",
    procedure: "notification.changeChannel",
    errors: [...ofChannel.errors, "ALREADY_EXISTS"],
    output: one,
    present: (channel) => ({ body: { data: presentChannel(channel) } }),
    example: { body: { paused: true } },
  }),

  row({
    ...common,
    ...ofChannel,
    id: "deleteNotificationChannel",
    method: "DELETE",
    path: `${path}/{id}`,
    summary: "Delete a channel and its rules",
    procedure: "notification.removeChannel",
    status: 204,
    output: z.null(),
    present: () => ({ body: null }),
  }),

  row({
    ...common,
    ...ofChannel,
    id: "setNotificationRules",
    method: "POST",
    path: `${path}/{id}/rules`,
    summary: "Replace the rules of a channel",
    description:
      "Each names an event, and a project unless it is for all. `backup_stale` takes `hours`; of two rules of a channel for it, the one for the very project counts.",
    procedure: "notification.setRules",
    errors: [...ofChannel.errors, "PROJECT_NOT_FOUND"],
    output: one,
    present: (channel) => ({ body: { data: presentChannel(channel) } }),
    example: { body: { rules: [{ event: "backup_failed" }, { event: "backup_stale", project: "acme", hours: 26 }] } },
  }),

  row({
    ...common,
    ...ofChannel,
    id: "testNotificationChannel",
    method: "POST",
    path: `${path}/{id}/test`,
    summary: "Send a test message now, and tell whether it arrived",
    procedure: "notification.test",
    optionalBody: true,
    output: z.strictObject({ data: z.strictObject({ isDelivered: z.boolean(), error: z.string().nullable() }) }),
    present: (outcome) => ({ body: { data: outcome } }),
  }),

  row({
    ...common,
    id: "listNotificationDeliveries",
    method: "GET",
    path: "/api/v1/notifications/deliveries",
    summary: "List what was or is to be sent in the last month, newest first",
    procedure: "notification.deliveries",
    fixed: { direction: undefined },
    errors: ["PERMISSION_DENIED"],
    output: z.strictObject({ data: z.array(deliveryRecord), nextCursor: z.string().nullable() }),
    present: ({ items, nextCursor }) => ({
      body: {
        data: items.map(({ channelName: _, createdAt, sentAt, ...rest }) => ({
          ...rest,
          createdAt: createdAt.toISOString(),
          sentAt: sentAt?.toISOString() ?? null,
        })),
        nextCursor,
      },
    }),
  }),

  row({
    ...common,
    id: "retryNotificationDelivery",
    method: "POST",
    path: "/api/v1/notifications/deliveries/{id}/retry",
    summary: "Send a message again that was given up",
    procedure: "notification.retry",
    rename: { id: "deliveryId" },
    optionalBody: true,
    errors: ["PERMISSION_DENIED", "DELIVERY_NOT_FOUND"],
    output: z.strictObject({ data: z.strictObject({ id: z.uuid(), status: z.enum(notificationStatus.enumValues) }) }),
    present: (delivery) => ({ body: { data: delivery } }),
  }),
];
