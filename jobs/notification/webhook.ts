import { createHmac } from "node:crypto";
import { ask, isSuccess, refusal } from "@/jobs/notification/http";
import type { Message } from "@/jobs/notification/message";
import { asDiscord, asSlack } from "@/jobs/notification/render";

type Delivery = {
  /** Of the notification: the same for each attempt. */
  id: string;
  event: string;
  createdAt: Date;
  project: { id: string; slug: string; name: string } | null;
  facts: unknown;
  message: Message;
};

type Target = { url: string; secret: string };

/** `t` is when it was signed, in seconds, so that a receiver may refuse what somebody has recorded and sends again. */
export function signatureOf(secret: string, body: string, seconds: number): string {
  const hash = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return `t=${seconds},v1=${hash}`;
}

/** Posts what happened as JSON, signed. Any answer from 200 to 299 says that it has arrived. */
export async function callWebhook({ url, secret }: Target, delivery: Delivery, signal?: AbortSignal): Promise<void> {
  const { id, event, createdAt, project, facts, message } = delivery;
  const { subject, lines, link } = message;
  const body = JSON.stringify({
    id,
    event,
    created_at: createdAt.toISOString(),
    project,
    subject,
    text: lines.join("\n"),
    link,
    facts,
  });
  const headers = {
    "Content-Type": "application/json",
    "Coffer-Signature": signatureOf(secret, body, Math.floor(Date.now() / 1000)),
    "Coffer-Delivery": id,
    "Coffer-Event": event,
  };
  const heard = await ask({ url, body, headers, signal });
  if (!isSuccess(heard)) throw refusal(url, heard, { isFinal: false });
}

/** Posts a message to an incoming webhook of a chat. Its address is the secret. */
export async function callChat(
  { kind, url }: { kind: "slack" | "discord"; url: string },
  message: Message,
  signal?: AbortSignal,
): Promise<void> {
  const body = JSON.stringify(kind === "slack" ? asSlack(message) : asDiscord(message));
  const heard = await ask({ url, body, headers: { "Content-Type": "application/json" }, signal });
  if (!isSuccess(heard)) throw refusal(url, heard, { isFinal: true });
}
