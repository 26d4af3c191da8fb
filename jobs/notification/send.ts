import { eq } from "drizzle-orm";
import { z } from "zod";
import { db } from "@/db/client";
import { dbEnv } from "@/db/env";
import { log } from "@/db/log";
import { notificationChannels, type notifications, projects } from "@/db/schema";
import { sendMail } from "@/jobs/notification/email";
import { type Happening, parseHappening } from "@/jobs/notification/event";
import { withDownload } from "@/jobs/notification/export-mail";
import { ping } from "@/jobs/notification/heartbeat";
import { type Message, messageOf, testMessage } from "@/jobs/notification/message";
import { isOver } from "@/jobs/notification/overtaken";
import { asText } from "@/jobs/notification/render";
import { sendTelegram } from "@/jobs/notification/telegram";
import { undelivered, whyUndelivered } from "@/jobs/notification/undelivered";
import { callChat, callWebhook } from "@/jobs/notification/webhook";

type Notification = typeof notifications.$inferSelect;
type Channel = typeof notificationChannels.$inferSelect;

/** Renders a notification and sends it to its place. Throws `undelivered` when it did not get there. */
export async function send(row: Notification, signal?: AbortSignal): Promise<void> {
  if (row.direct) return sendDirect(row, row.direct, signal);
  const [channel] = await db
    .select()
    .from(notificationChannels)
    .where(eq(notificationChannels.id, row.channelId ?? ""));
  if (!channel) throw undelivered({ message: "Its channel was removed.", isPermanent: true });
  if (channel.pausedAt && row.about !== "test")
    throw undelivered({ message: "Its channel was paused before it was sent.", isPermanent: true });
  await sendToChannel(row, channel, signal);
}

async function sendToChannel(row: Notification, { name, settings }: Channel, signal?: AbortSignal) {
  const project = await projectOf(row);
  const { publicUrl } = place();
  const message =
    row.about === "test" ? testMessage(name, publicUrl) : messageOf(happeningOf(row), { project, publicUrl });
  switch (settings.kind) {
    case "email":
      return void (await mail(row, settings.to, message));
    case "telegram":
      return sendTelegram(settings, message, signal);
    case "webhook": {
      const { id, about: event, createdAt, facts } = row;
      return callWebhook(settings, { id, event, createdAt, project, facts, message }, signal);
    }
    case "slack":
    case "discord":
      return callChat({ kind: settings.kind, url: settings.url }, message, signal);
  }
}

const beat = z.object({ signal: z.enum(["start", "success", "fail"]), runId: z.uuid(), why: z.string().optional() });

async function sendDirect(row: Notification, direct: NonNullable<Notification["direct"]>, signal?: AbortSignal) {
  if (direct.kind === "heartbeat") {
    const told = beat.parse(row.facts);
    // After its end, the start of a run would look like another run that never ends.
    if (told.signal === "start" && (await isOver(row.onceKey)))
      throw undelivered({ message: "The run was over before its start could be told.", isPermanent: true });
    return ping(direct.url, told, signal);
  }
  const happening = happeningOf(row);
  const message = messageOf(happening, { project: await projectOf(row), ...place() });
  if (happening.event !== "backup_completed") return void (await mail(row, direct.to, message));
  const extended = await withDownload(message, happening.facts.backupId);
  let to: string[];
  try {
    to = await mail(row, direct.to, extended.message);
  } catch (error) {
    const { reached = [] } = whyUndelivered(error);
    if (reached.length > 0)
      await extended
        .record(reached)
        .catch((cause: unknown) => log.error({ error: cause }, "a mailed link was not audited"));
    throw error;
  }
  await extended.record(to);
}

const place = () => ({ publicUrl: dbEnv().PUBLIC_URL });

const happeningOf = ({ about, facts }: Notification): Happening => parseHappening(about, facts);

/** Mails it to those who do not have it yet, and gives them. */
async function mail({ id, reached }: Notification, to: string[], message: Message): Promise<string[]> {
  const left = to.filter((address) => !reached.includes(address));
  // Nobody, where whoever did not have it was taken off the channel meanwhile.
  if (left.length > 0) await sendMail({ to: left, subject: `[Coffer] ${message.subject}`, text: asText(message), id });
  return left;
}

async function projectOf({ projectId }: Notification) {
  if (projectId === null) return null;
  const { id, slug, name } = projects;
  const [project] = await db.select({ id, slug, name }).from(projects).where(eq(projects.id, projectId));
  return project ?? null;
}
