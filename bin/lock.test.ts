import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Lock, lockHolder, takeLock, waitForLock } from "@/bin/lock";
import { startTimeOf } from "@/bin/process-identity";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "coffer-lock-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function take(file: string): Promise<Lock> {
  const lock = await takeLock(file);
  if ("heldBy" in lock) throw new Error(`held by ${lock.heldBy}`);
  return lock;
}

it("gives a lock once, and again after its release", async () => {
  const file = path.join(folder, "once");
  const lock = await take(file);
  expect(await takeLock(file)).toEqual({ heldBy: process.pid });
  expect(await lockHolder(file)).toBe(process.pid);
  await lock.release();
  await (await take(file)).release();
});

it("takes over what a killed process has left", async () => {
  const file = path.join(folder, "stale");
  // No system hands out a number this high.
  await writeFile(file, `${2 ** 30} 12345\n`);
  await take(file);
});

it("is not fooled when the number of a killed process has been given to another", async () => {
  const file = path.join(folder, "reused");
  await writeFile(file, `${process.ppid} 1\n`);
  expect(await lockHolder(file)).toBeUndefined();
  await writeFile(file, `${process.ppid} ${await startTimeOf(process.ppid)}\n`);
  expect(await lockHolder(file)).toBe(process.ppid);
});

it("takes over a file that was never filled", async () => {
  const file = path.join(folder, "empty");
  await writeFile(file, "");
  await take(file);
});

it("lets one of many that come at the same time have it", async () => {
  const file = path.join(folder, "many");
  await writeFile(file, `${2 ** 30} 12345\n`);
  const results = await Promise.all(Array.from({ length: 20 }, () => takeLock(file)));
  expect(results.filter((result) => "release" in result)).toHaveLength(1);
});

it("is waited for", async () => {
  const file = path.join(folder, "waited");
  const first = await take(file);
  const second = waitForLock(file, 10);
  await first.release();
  await (await second).release();
  await take(file);
  await expect(waitForLock(file, 0)).rejects.toThrow(/has held/);
});
