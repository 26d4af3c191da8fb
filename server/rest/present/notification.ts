import { z } from "zod";
import { channelKind, notificationEvent, notificationStatus } from "@/db/schema";
import type { OutputOf } from "@/server/rest/row";

const time = z.iso.datetime();

const delivery = { status: z.enum(notificationStatus.enumValues), error: z.string().nullable() };

export const channelRecord = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(channelKind.enumValues),
    to: z.array(z.string()).nullable().meta({ description: "Of mails." }),
    chatId: z.string().nullable().meta({ description: "Of Telegram." }),
    host: z.string().nullable().meta({ description: "Where messages are sent. The rest of the address is a secret." }),
    rules: z.array(
      z.strictObject({
        event: z.enum(notificationEvent.enumValues),
        project: z.string().nullable().meta({ description: "A slug. Null: all projects." }),
        hours: z.number().int().nullable(),
      }),
    ),
    last: z
      .strictObject({ ...delivery, createdAt: time })
      .nullable()
      .meta({ description: "The last message to it." }),
    createdAt: time,
    pausedAt: time.nullable(),
  })
  .meta({ id: "NotificationChannel" });

type Channel = OutputOf<"notification.channel">;

export const presentChannel = ({ last, ...channel }: Channel) => ({
  id: channel.id,
  name: channel.name,
  kind: channel.kind,
  to: channel.to,
  chatId: channel.chatId,
  host: channel.host,
  rules: channel.rules,
  last: last && { ...last, createdAt: last.createdAt.toISOString() },
  createdAt: channel.createdAt.toISOString(),
  pausedAt: channel.pausedAt?.toISOString() ?? null,
});

export const deliveryRecord = z
  .strictObject({
    id: z.uuid(),
    about: z.string().meta({ description: "An event, `test` or `heartbeat`." }),
    channelId: z.uuid().nullable(),
    mailTo: z.array(z.string()).nullable().meta({ description: "Of a mail that an export was started with." }),
    project: z.string().nullable(),
    ...delivery,
    attempts: z.number().int(),
    createdAt: time,
    sentAt: time.nullable(),
  })
  .meta({ id: "NotificationDelivery" });
