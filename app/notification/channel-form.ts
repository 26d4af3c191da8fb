import { kinds } from "@/app/notification/channel-words";
import type { ChannelKind, NewChannel } from "@/app/trpc/types";

/** What the form says, as the procedures want it; fields that were left empty are left out. */
export function readChannelForm(data: FormData): Omit<NewChannel, "kind"> {
  const text = (name: string) => String(data.get(name) ?? "").trim() || undefined;
  const to = text("to")
    ?.split(/[\s,;]+/)
    .filter(Boolean);
  return {
    name: text("name") ?? "",
    to,
    botToken: text("botToken"),
    chatId: text("chatId"),
    apiUrl: text("apiUrl"),
    url: text("url"),
    secret: text("secret"),
  };
}

export const kindIn = (data: FormData): ChannelKind =>
  kinds.find(({ value }) => value === data.get("kind"))?.value ?? "webhook";
