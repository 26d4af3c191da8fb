import type { TelegramSettings } from "@/db/schema";
import { openDestination } from "@/jobs/destination/open";
import type { BotApi } from "@/jobs/testing/bot-api";

type Given = { server: BotApi };

/** The same chat for a client that does not wait for long. */
export const reopened = ({ server }: Given, changes: Partial<TelegramSettings> = {}) =>
  openDestination({ kind: "telegram", ...server.settings, ...changes }, { idleMs: 300 });
export const sentNames = ({ server }: Given) => [...server.messages.values()].map(({ filename }) => filename);
export const counted = ({ server }: Given, method: string) =>
  server.log.filter((each) => each.method === method).length;
