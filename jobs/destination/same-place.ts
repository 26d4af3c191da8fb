import { realpath } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { DestinationSettings } from "@/db/schema";
import { isAmongOwnFolders, ownFolders } from "@/jobs/destination/settings";

/** Whether files that were put by the one settings are where the others look for them. */
export const isSamePlace = (one: DestinationSettings, other: DestinationSettings): boolean =>
  JSON.stringify(placeOf(one)) === JSON.stringify(placeOf(other));

/** The settings by the names that a folder has on this host, whatever links lead to it. */
export const withoutLinks = async (settings: DestinationSettings): Promise<DestinationSettings> =>
  settings.kind === "local" ? { ...settings, folder: await realInTime(settings.folder) } : settings;

/** In ms. A network disk that is away may never answer: its folder is what it is called, then. */
const patience = 2_000;
const realInTime = (folder: string) => Promise.race([realFolder(folder), delay(patience, folder, { ref: false })]);

/** Whether links lead to where Coffer keeps files of its own. */
export async function leadsHome(settings: DestinationSettings): Promise<boolean> {
  if (settings.kind !== "local") return false;
  const own = await Promise.all(ownFolders().map(realInTime));
  return isAmongOwnFolders(await realInTime(settings.folder), own);
}

/** One that is not there yet is below the nearest that is. */
async function realFolder(folder: string): Promise<string> {
  const above = path.dirname(folder);
  if (above === folder) return folder;
  return realpath(folder).catch(async () => path.join(await realFolder(above), path.basename(folder)));
}

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
