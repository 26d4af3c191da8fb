import type { DestinationSettings } from "@/db/schema";

/** Whether files that were put by the one settings are where the others look for them. */
export const isSamePlace = (one: DestinationSettings, other: DestinationSettings): boolean =>
  JSON.stringify(placeOf(one)) === JSON.stringify(placeOf(other));

function placeOf(settings: DestinationSettings): unknown[] {
  switch (settings.kind) {
    case "local":
      return [settings.folder];
    case "s3":
      return [settings.endpoint, settings.bucket, settings.prefix];
    case "telegram":
      // Files belong to the bot, whatever its token; what is before the colon is its id.
      return [settings.botToken.split(":")[0], settings.chatId];
  }
}
