import { readFileSync } from "node:fs";
import { chown, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exists } from "@/bin/embedded-state";
import { freePort } from "@/bin/port";
import { commandOf, isAlive } from "@/bin/process-identity";
import { mustRun, type RunOptions, run } from "@/bin/run";
import type { SystemUser } from "@/bin/system-user";

/** One data directory with the programs and the user that run it. */
export type Cluster = {
  bin: string;
  folder: string;
  data: string;
  user: SystemUser | undefined;
  throwaway: boolean;
  /** More of them, as `name=value`; they win over ours. */
  settings: string[];
  /** What its programs see beside what they see of our environment. */
  env: Record<string, string>;
};

const settings = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "max_connections=200",
  "shared_buffers=256MB",
  // A dump locks every table of a schema, a restore in one transaction as many again.
  "max_locks_per_transaction=256",
  "wal_level=minimal",
  "max_wal_senders=0",
  "log_checkpoints=off",
];
const throwawaySettings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "jit=off"];

/** What the programs of PostgreSQL see of our environment: nothing that steers them, nothing secret. */
function asServer(cluster: Cluster): RunOptions {
  const { PATH, TZ, TMPDIR, SystemRoot } = process.env;
  return {
    as: cluster.user,
    cwd: cluster.user ? "/" : cluster.folder,
    env: { PATH, TZ, TMPDIR, SystemRoot, LC_ALL: "C", ...cluster.env },
  };
}

const program = (cluster: Cluster, name: string) => path.join(cluster.bin, name);
const logFile = (cluster: Cluster) => path.join(cluster.folder, "postgres.log");

/** Makes the data directory beside its place and moves it there: one that is cut short does not count. */
export async function initialise(cluster: Cluster, superuser: { name: string; password: string }): Promise<void> {
  const draft = `${cluster.data}.new`;
  const passwordFile = path.join(cluster.folder, "password");
  await writeFile(passwordFile, `${superuser.password}\n`, { mode: 0o600 });
  if (cluster.user) await chown(passwordFile, cluster.user.uid, cluster.user.gid);
  const options = ["-D", draft, "-U", superuser.name, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  options.push("--encoding=UTF8", "--data-checksums", "--no-instructions", ...(cluster.throwaway ? ["--no-sync"] : []));
  try {
    await freshFolder(draft, cluster.user);
    const first = await run(program(cluster, "initdb"), [...options, "--locale=C.UTF-8"], asServer(cluster));
    if (first.code !== 0) {
      // A system without that locale.
      await freshFolder(draft, cluster.user);
      await mustRun(program(cluster, "initdb"), [...options, "--locale=C"], asServer(cluster));
    }
    await rename(draft, cluster.data);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function freshFolder(folder: string, owner: SystemUser | undefined): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  if (owner) await chown(folder, owner.uid, owner.gid);
}

/** The port of the server that already runs on this data directory, when there is one. Waits while it comes or goes. */
export async function runningPort(
  cluster: Cluster,
  answers: (port: number) => Promise<boolean>,
): Promise<number | undefined> {
  for (let tries = 0; tries < 300; tries++) {
    const server = await runningServer(cluster);
    if (!server) return undefined;
    if (server.port && (await answers(server.port))) return server.port;
    await sleep(100);
  }
  throw new Error(`A PostgreSQL server runs on ${cluster.data} but does not answer.\n${await logTail(cluster)}`);
}

async function runningServer(cluster: Cluster): Promise<{ port: number } | undefined> {
  const pidFile = path.join(cluster.data, "postmaster.pid");
  // Line 1 is the process, line 4 its port (src/include/utils/pidfile.h).
  const lines = (await readFile(pidFile, "utf8").catch(() => "")).split("\n");
  const pid = Number(lines[0]);
  if (!pid) return undefined;
  const command = isAlive(pid) ? await commandOf(pid) : "";
  if (isAlive(pid) && (command === "" || command.includes(cluster.data))) return { port: Number(lines[3] ?? 0) };
  // Left by a server that was killed; the number may now be another program's, at which PostgreSQL would refuse to start.
  await rm(pidFile, { force: true });
  return undefined;
}

/** Starts the server, on another port when that one is taken. Gives the port. */
export async function startServer(cluster: Cluster, wishedPort: number | null): Promise<number> {
  await prepareLog(cluster);
  let port = await freePort(wishedPort);
  for (let tries = 0; tries < 20; tries++) {
    const own = cluster.throwaway ? [...settings, ...throwawaySettings] : settings;
    const options = [...own, `port=${port}`, ...cluster.settings];
    const words = options.map((setting) => `-c ${setting}`).join(" ");
    const args = ["start", "-D", cluster.data, "-w", "-t", "120", "-s", "-l", logFile(cluster), "-o", words];
    const before = await logSize(cluster);
    const { code } = await run(program(cluster, "pg_ctl"), args, asServer(cluster));
    if (code === 0) return port;
    const log = await logTail(cluster, before);
    if (log.includes("could not bind")) port = await freePort(null);
    // The backends of a server that was killed need a moment to notice.
    else if (log.includes("pre-existing shared memory block")) await sleep(500);
    else throw new Error(`PostgreSQL did not start. The end of ${logFile(cluster)}:\n${log}`);
  }
  throw new Error(`PostgreSQL did not start. The end of ${logFile(cluster)}:\n${await logTail(cluster)}`);
}

/** Ends every connection and the server. `immediate` skips the tidying, which the next start makes up for. */
export async function stopServer(cluster: Cluster, mode: "fast" | "immediate"): Promise<void> {
  const args = ["stop", "-D", cluster.data, "-w", "-t", "60", "-s", "-m", mode];
  const { code } = await run(program(cluster, "pg_ctl"), args, asServer(cluster));
  if (code !== 0 && mode === "fast" && (await runningServer(cluster))) await stopServer(cluster, "immediate");
}

/** Ends the server without waiting, as a power cut would. */
export function killServer(cluster: Cluster): void {
  try {
    const pid = Number.parseInt(readFileSync(path.join(cluster.data, "postmaster.pid"), "utf8"), 10);
    process.kill(pid, "SIGQUIT");
  } catch {
    // It does not run.
  }
}

/** Makes the log file, in the server's name. Above 10 MB the old one steps aside, so that two are the most there are. */
async function prepareLog(cluster: Cluster): Promise<void> {
  const file = logFile(cluster);
  if ((await logSize(cluster)) > 10_000_000) await rename(file, `${file}.old`);
  if (await exists(file)) return;
  const handle = await open(file, "a", 0o600);
  if (cluster.user) await handle.chown(cluster.user.uid, cluster.user.gid);
  await handle.close();
}

async function logSize(cluster: Cluster): Promise<number> {
  return stat(logFile(cluster)).then(
    ({ size }) => size,
    () => 0,
  );
}

async function logTail(cluster: Cluster, from = 0): Promise<string> {
  const log = await readFile(logFile(cluster)).catch(() => Buffer.alloc(0));
  return log.subarray(from).toString("utf8").trimEnd().split("\n").slice(-12).join("\n");
}
