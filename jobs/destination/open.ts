import { randomBytes, randomUUID } from "node:crypto";
import type { DestinationSettings } from "@/db/schema";
import type { Destination } from "@/jobs/destination/destination";
import { localFolder } from "@/jobs/destination/local";
import { checkFront } from "@/jobs/destination/pieces";
import { refused } from "@/jobs/destination/problem";
import { s3Bucket } from "@/jobs/destination/s3";
import { telegramChat } from "@/jobs/destination/telegram";

export type OpenOptions = {
  /** How long nothing may be heard from a server before it counts as gone. */
  idleMs?: number;
};

/** The destination behind some settings. Nothing is asked of it before it is used. */
export function openDestination(settings: DestinationSettings, { idleMs = 60_000 }: OpenOptions = {}): Destination {
  switch (settings.kind) {
    case "local":
      return localFolder(settings);
    case "s3":
      return s3Bucket(settings, idleMs);
    case "telegram":
      return telegramChat(settings, idleMs);
  }
}

/**
 * Writes a small file there, reads it back and removes it. Throws a failure that says what stood in the way. `isKnown` when it
 * has been fine before: it is not prepared anew then, so that an empty folder in the place of a mounted disk is noticed.
 */
export async function checkDestination(
  destination: Destination,
  signal: AbortSignal,
  { isKnown = false } = {},
): Promise<{ freeBytes: number | null }> {
  if (!isKnown) await destination.prepare();
  const sent = randomBytes(1000);
  const pieces = (async function* () {
    yield sent;
  })();
  const placed = await destination.put(`${checkFront}${randomUUID()}`, pieces, { signal, sizeBytes: sent.length });
  try {
    const back: Buffer[] = [];
    for await (const piece of destination.get(placed, undefined, signal)) back.push(Buffer.from(piece));
    if (!Buffer.concat(back).equals(sent)) throw refused("What was read back is not what was written.");
  } catch (error) {
    // The first cause counts.
    await destination.remove(placed).catch(() => {});
    throw error;
  }
  await destination.remove(placed);
  return { freeBytes: await destination.freeBytes() };
}
