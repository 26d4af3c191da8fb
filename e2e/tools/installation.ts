import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readState } from "@/bin/embedded-state";
import { freePort } from "@/bin/port";
import { installPacedCompressor } from "@/e2e/tools/pace";
import { processes } from "@/e2e/tools/processes";
import type { Account } from "@/e2e/tools/session";
import { installUnluckyPgDump } from "@/e2e/tools/unlucky-pg-dump";

const root = path.resolve(import.meta.dirname, "../..");

/** Where a Coffer runs, and what it takes to get in. */
export type Place = { url: string; dataDir: string; backupDir: string; secret: string; admin: Account };

export type Installation = {
  place: Place;
  /** Ends it as Ctrl-C does. Throws when it does not end well, or when something of it stays. */
  stop: () => Promise<void>;
};

type Wish = { demo: boolean; env?: Record<string, string> };

/** Starts Coffer as `npm start` does, with everything new: folder, port, server, first account. */
export async function startInstallation({ demo, env }: Wish): Promise<Installation> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "coffer-e2e-"));
  const place = await choosePlace(dataDir);
  const slowFirst = [await installPacedCompressor(dataDir), process.env.PATH].join(path.delimiter);
  const unlucky = await installUnluckyPgDump(dataDir);
  const child = spawn(process.execPath, ["--import", "tsx", "bin/start.ts"], {
    cwd: root,
    env: {
      ...process.env,
      ...environmentOf(place),
      ...env,
      PATH: slowFirst,
      COFFER_PG_BIN: unlucky,
      COFFER_DEMO: demo ? "1" : "0",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = gather(child);
  const stop = async () => {
    try {
      await endWell(child, output).finally(() => requireNothingLeft(dataDir));
    } finally {
      await removeAll(dataDir);
    }
  };
  try {
    await becomesReady(child, output);
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  return { place, stop };
}

async function choosePlace(dataDir: string): Promise<Place> {
  const password = randomBytes(12).toString("base64url");
  return {
    url: `http://localhost:${await freePort(null)}`,
    dataDir,
    backupDir: path.join(dataDir, "backups"),
    secret: randomBytes(48).toString("base64url"),
    admin: { email: "admin@localhost", password },
  };
}

/** Whatever a developer has set, in the shell or in `.env`, has no say here. */
const environmentOf = ({ url, dataDir, backupDir, secret, admin }: Place) => ({
  DATA_DIR: dataDir,
  BACKUP_DIR: backupDir,
  DATABASE_URL: "",
  COFFER_SECRET: secret,
  HOST: "127.0.0.1",
  PORT: new URL(url).port,
  PUBLIC_URL: url,
  ADMIN_EMAIL: admin.email,
  ADMIN_PASSWORD: admin.password,
  LOG_LEVEL: "warn",
  SIGN_INS_PER_MINUTE: "5",
  // Tests ask far more often than people do.
  STATUS_READS_PER_SECOND: "0",
  EXPORTS_PER_MINUTE: "0",
  TRUSTED_PROXIES: "0",
  DOWNLOAD_LINK_SECONDS: "3600",
  // Several tests hold a dump at the same time.
  WORKER_CONCURRENCY: "8",
  // With npm as its parent Coffer ends itself when that is gone; here we are the parent.
  npm_lifecycle_event: "start",
});

function gather(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (text += chunk));
  return () => text;
}

function becomesReady(child: ChildProcess, output: () => string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stdout?.on("data", () => output().includes("Coffer is ready") && resolve());
  child.once("exit", (code) => reject(new Error(`Coffer ended with ${code} before it was ready.\n${output()}`)));
  return promise;
}

async function endWell(child: ChildProcess, output: () => string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once("exit", resolve);
  if (child.exitCode !== null) resolve(child.exitCode);
  else child.kill("SIGTERM");
  const code = await promise;
  if (code !== 0) throw new Error(`Coffer ended with ${code}.\n${output()}`);
}

/** Everything that it started has its folder in the command line, or on its PATH. What is left is ended here, and told. */
function requireNothingLeft(dataDir: string): void {
  const left = processes().filter(
    ({ command, environment }) => command.includes(dataDir) || environment.includes(`PATH=${dataDir}`),
  );
  for (const { pid } of left) kill(pid);
  const commands = left.map(({ command }) => command.replaceAll("\n", " "));
  if (left.length > 0) throw new Error(`Left behind by Coffer:\n${commands.join("\n")}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went by itself.
  }
}

async function removeAll(dataDir: string): Promise<void> {
  // The server's files may lie elsewhere, when its user cannot enter the folder.
  const state = await readState(dataDir);
  if (state) await rm(state.folder, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
}
