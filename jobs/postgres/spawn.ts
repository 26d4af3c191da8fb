import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { toolEnv } from "@/jobs/env";

export type Ending = {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last lines the program wrote to stderr. */
  stderr: string[];
};

export type Tool = {
  stdin: Writable | null;
  stdout: Readable | null;
  pid: number | undefined;
  /** Settles when the process is gone and its pipes are closed. Rejects only when it could not be started. */
  ended: Promise<Ending>;
  /** SIGTERM to the process and its children, SIGKILL five seconds later; gives how it ended. */
  end(): Promise<Ending>;
};

export type SpawnOptions = {
  args: readonly string[];
  /** Added to the few variables that every tool gets; nothing else of ours is passed on. */
  env?: Record<string, string>;
  /** A stream, or a descriptor of ours, is handed over: bytes then flow from process to process, not through us. */
  stdin?: "ignore" | "pipe" | Readable;
  stdout?: "pipe" | Writable | number;
};

const killAfter = 5_000;
const stderrLines = 40;

/** Starts a program in its own process group, never through a shell. */
export function spawnTool(path: string, { args, env = {}, stdin = "ignore", stdout = "pipe" }: SpawnOptions): Tool {
  const [command, argv] = dyingWithUs(path, args);
  const child: ChildProcess = spawn(command, argv, {
    detached: true,
    env: { ...toolEnv(), ...env },
    stdio: [stdin, stdout, "pipe"],
  });
  const stderr = lastLines(child.stderr);
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stderr: stderr() }));
  });
  // Whoever awaits `ended` gets the rejection; until then it must not end the process.
  ended.catch(() => {});
  return { stdin: child.stdin, stdout: child.stdout, pid: child.pid, ended, end: () => endGroup(child, ended) };
}

async function endGroup(child: ChildProcess, ended: Promise<Ending>): Promise<Ending> {
  signalGroup(child, "SIGTERM");
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), killAfter);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

let canTieToUs: boolean | undefined;

/**
 * A worker that is killed with -9 must take its children along, also those that wait for a lock and so would not notice
 * a broken pipe. Linux can do that (prctl PR_SET_PDEATHSIG) through util-linux' setpriv; elsewhere the pipe has to do.
 */
function dyingWithUs(path: string, args: readonly string[]): [string, string[]] {
  canTieToUs ??= process.platform === "linux" && spawnSync("setpriv", ["--pdeathsig", "TERM", "true"]).status === 0;
  return canTieToUs ? ["setpriv", ["--pdeathsig", "TERM", "--", path, ...args]] : [path, [...args]];
}

function lastLines(stream: Readable | null): () => string[] {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text = (text + chunk).slice(-16_384);
  });
  return () => text.split("\n").filter(Boolean).slice(-stderrLines);
}
