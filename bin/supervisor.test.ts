import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { isAlive } from "@/bin/process-identity";
import { backoff, type Supervised, supervise } from "@/bin/supervisor";

let folder: string;
const running: Supervised[] = [];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "coffer-supervisor-"));
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill();
});
afterAll(() => rm(folder, { recursive: true }));

const ready = `process.send({ type: "ready" }); setInterval(() => {}, 1000);`;

async function run(name: string, program: string, stopSeconds = 5) {
  const file = path.join(folder, `${name}.mjs`);
  await writeFile(file, program);
  const child = supervise({ name, args: [file], cwd: folder, env: { PATH: process.env.PATH }, stopSeconds });
  running.push(child);
  return child;
}

async function until(condition: () => boolean | Promise<boolean>) {
  for (let tries = 0; tries < 200; tries++) {
    if (await condition()) return;
    await sleep(50);
  }
  throw new Error("It did not come to pass within ten seconds.");
}

it("starts a child that was killed again", async () => {
  const child = await run("killed", ready);
  await child.ready;
  const first = child.pid() ?? 0;
  process.kill(first, "SIGKILL");
  await until(() => child.pid() !== first && child.pid() !== undefined);
  expect(isAlive(first)).toBe(false);
});

it("says why when a child dies again and again before it is ready", async () => {
  const child = await run("hopeless", "process.exit(7);");
  await expect(child.ready).rejects.toThrow("hopeless ended with code 7 before it was ready.");
});

it("lets a child end in peace when it stops it", async () => {
  const file = path.join(folder, "said-goodbye");
  const goodbye = `process.once("SIGTERM", () => { writeFileSync(${JSON.stringify(file)}, "bye"); process.exit(0); });`;
  const child = await run("polite", `import { writeFileSync } from "node:fs"; ${goodbye} ${ready}`);
  await child.ready;
  const pid = child.pid() ?? 0;
  await child.stop();
  expect(isAlive(pid)).toBe(false);
  expect(await readFile(file, "utf8")).toBe("bye");
});

it("kills a child that does not end, with all that it started", async () => {
  const file = path.join(folder, "grandchild");
  const program = `
    import { spawn } from "node:child_process";
    import { writeFileSync } from "node:fs";
    process.on("SIGTERM", () => {});
    writeFileSync(${JSON.stringify(file)}, String(spawn("sleep", ["600"]).pid));
    ${ready}`;
  const child = await run("stubborn", program, 1);
  await child.ready;
  const pids = [child.pid() ?? 0, Number(await readFile(file, "utf8"))];
  await child.stop();
  await until(() => !pids.some(isAlive));
});

it("starts a child anew on request, and not after it was stopped", async () => {
  const child = await run("renewed", ready);
  await child.ready;
  const first = child.pid();
  await child.restart();
  await until(() => child.pid() !== undefined && child.pid() !== first);
  await child.stop();
  await child.restart();
  expect(child.pid()).toBeUndefined();
});

it("waits longer after each death, ten seconds at most", () => {
  expect([1, 2, 3, 10].map(backoff)).toEqual([250, 500, 1000, 10_000]);
});
