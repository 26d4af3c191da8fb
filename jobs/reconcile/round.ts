import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { codeOf, isConnectionLoss } from "@/db/errors";
import { log } from "@/db/log";
import type { Home } from "@/jobs/home/home";

/** What one comparison of files with rows works with. */
export type Round = {
  home: Home;
  /** The id of its folder. */
  homeId: string | null;
  allowance: Allowance;
  signal: AbortSignal;
  /** Files without a row that were read and are not what their sidecar says: not to be read again. */
  notWhole: Set<string>;
};

/** Bytes that may be read. A file is read whole or not at all: what is too much is taken from the rounds that follow. */
export type Allowance = { begin(): void; isSpent(): boolean; spend(bytes: number): void };

export function allowanceOf(bytesPerRound: number): Allowance {
  let left = 0;
  return {
    begin() {
      left = Math.min(left, 0) + bytesPerRound;
    },
    isSpent: () => left <= 0,
    spend(bytes) {
      left -= bytes;
    },
  };
}

/** Disks have others to serve as well. */
const bytesPerMs = 100_000;

/** The sha256 and size of a published file. */
export async function digestOf({ home, signal }: Round, path: string) {
  const hash = createHash("sha256");
  const begun = performance.now();
  let sizeBytes = 0;
  for await (const piece of home.read(path)) {
    hash.update(piece);
    sizeBytes += piece.length;
    const ahead = sizeBytes / bytesPerMs - (performance.now() - begun);
    if (ahead > 5) await delay(ahead, undefined, { signal });
    signal.throwIfAborted();
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}

/** Does what there is to do about one file. If that fails the next round tries again: one bad file does not hide the others. */
export async function forFile(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isConnectionLoss(error) || (error instanceof Error && error.name === "AbortError")) throw error;
    // What went meanwhile is missed by the next round, if by anybody.
    if (codeOf(error) !== "ENOENT") log.warn({ error, file }, "a file could not be compared with its row");
  }
}
