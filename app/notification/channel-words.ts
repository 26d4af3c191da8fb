import { eventWords } from "@/app/notification/event-words";
import type { Channel, ChannelKind, ChannelRule, Delivery } from "@/app/trpc/types";
import { plural } from "@/app/ui/format";
import type { Tone } from "@/app/ui/status-mark";

export const kinds: { value: ChannelKind; label: string }[] = [
  { value: "email", label: "Email" },
  { value: "telegram", label: "Telegram" },
  { value: "slack", label: "Slack" },
  { value: "discord", label: "Discord" },
  { value: "webhook", label: "Webhook" },
];

export const kindLabel = (kind: ChannelKind): string => kinds.find(({ value }) => value === kind)?.label ?? kind;

/** Where a channel leads, as far as it may be seen. */
export function placeWords({ to, chatId, host }: Pick<Channel, "to" | "chatId" | "host">): string {
  if (to) return to.join(", ");
  return chatId ? `chat ${chatId} at ${host}` : (host ?? "");
}

/** `Backup failed`, `Backup failed and 2 more`, `Nothing yet`. */
export function rulesWords(rules: ChannelRule[]): string {
  const told = [...new Set(rules.map(({ event }) => event))].sort((a, b) => order(a) - order(b));
  const [first] = told;
  if (!first) return "Nothing yet";
  return told.length === 1 ? eventWords[first].label : `${eventWords[first].label} and ${told.length - 1} more`;
}

const order = (event: ChannelRule["event"]) => Object.keys(eventWords).indexOf(event);

export const deliveryLooks: Record<Delivery["status"], { tone: Tone; word: string }> = {
  pending: { tone: "idle", word: "Waiting" },
  sent: { tone: "good", word: "Sent" },
  failed: { tone: "bad", word: "Failed" },
};

/** `Sent`, `Waiting`, `Trying again`, `Failed after 10 attempts`. */
export function deliveryWords({ status, attempts }: Pick<Delivery, "status" | "attempts">): string {
  if (status === "pending" && attempts > 0) return "Trying again";
  if (status === "failed" && attempts > 1) return `Failed after ${plural(attempts, "attempt")}`;
  return deliveryLooks[status].word;
}
