import { randomUUID } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, startTimeOf } from "@/bin/process-identity";
import { codeOf } from "@/db/errors";

export type Lock = { release: () => Promise<void> };

/** Takes the lock, or gives the number of the living process that has it. A lock whose process is gone is taken over. */
export async function takeLock(file: string): Promise<Lock | { heldBy: number }> {
  for (;;) {
    if (await create(file)) return { release: () => rm(file, { force: true }) };
    const holder = await lockHolder(file);
    if (holder !== undefined) return { heldBy: holder };
    // Only who holds a second lock may remove the first: else two could each remove the other's new one.
    const breaker = await takeLock(`${file}.break`);
    if ("heldBy" in breaker) {
      await sleep(20);
      continue;
    }
    const text = await read(file);
    // A file that is gone is not stale: somebody may be making it this very moment.
    if (text !== undefined && (await livingHolder(text)) === undefined) await rm(file, { force: true });
    await breaker.release();
  }
}

/** Waits for the lock, at most `seconds`. */
export async function waitForLock(file: string, seconds: number): Promise<Lock> {
  const giveUpAt = Date.now() + seconds * 1000;
  for (;;) {
    const lock = await takeLock(file);
    if ("release" in lock) return lock;
    if (Date.now() > giveUpAt)
      throw new Error(`Process ${lock.heldBy} has held ${file} for more than ${seconds} seconds.`);
    await sleep(100);
  }
}

/** The living process that has the lock. */
export async function lockHolder(file: string): Promise<number | undefined> {
  return livingHolder((await read(file)) ?? "");
}

const read = (file: string) => readFile(file, "utf8").catch(() => undefined);

async function livingHolder(text: string): Promise<number | undefined> {
  const [, pid, startTime] = /^(\d+) (.*)\n$/.exec(text) ?? [];
  if (pid === undefined || !isAlive(Number(pid))) return undefined;
  return (await startTimeOf(Number(pid))) === startTime ? Number(pid) : undefined;
}

/** Makes the file with its content in one step, unless there is one. */
async function create(file: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${process.pid} ${await startTimeOf(process.pid)}\n`, { mode: 0o600 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
