import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import os from "node:os";
import path from "node:path";
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
  stdin?: "ignore" | "pipe" | Readable | number;
  stdout?: "pipe" | Writable | number;
  /** Text that only the program may read: not in its arguments, nor in its environment, which has just the name of a file. */
  secret?: { variable: string; text: string };
  /** Ends the program when it aborts. */
  signal?: AbortSignal;
};

/**
 * Gives a program all that it reads, each piece until it was taken, and how it ended. A program that stops reading says why
 * at its end; the source is read to its end all the same with `readsAll`. A source that fails ends the program, and is thrown.
 */
export async function feed(source: AsyncIterable<Buffer>, tool: Tool, { readsAll = false } = {}): Promise<Ending> {
  const { stdin } = tool;
  if (!stdin) throw new Error("a tool without stdin");
  let isBroken = false;
  stdin.on("error", () => (isBroken = true));
  const write = (chunk: Buffer) => new Promise<void>((resolve) => stdin.write(chunk, () => resolve()));
  try {
    for await (const chunk of source) {
      if (!isBroken) await write(chunk);
      else if (!readsAll) break;
    }
  } catch (error) {
    await tool.end();
    throw error;
  }
  stdin.end();
  return tool.ended;
}

const killAfter = 5_000;
const stderrLines = 40;

/** Starts a program in its own process group, never through a shell. */
export function spawnTool(program: string, options: SpawnOptions): Tool {
  const { args, env = {}, stdin = "ignore", stdout = "pipe", secret, signal } = options;
  const [command, argv] = dyingWithUs(program, args);
  const file = secret && namelessFile(secret.text);
  const child: ChildProcess = spawn(command, argv, {
    detached: true,
    env: { ...toolEnv(), ...env, ...(secret && { [secret.variable]: "/dev/fd/3" }) },
    stdio: [stdin, stdout, "pipe", ...(file === undefined ? [] : [file])],
  });
  if (file !== undefined) closeSync(file);
  const stderr = lastLines(child.stderr);
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stderr: stderr() }));
  });
  // Whoever awaits `ended` gets the rejection; until then it must not end the process.
  ended.catch(() => {});
  const end = () => endGroup(child, ended);
  endWith(signal, end, ended);
  return { stdin: child.stdin, stdout: child.stdout, pid: child.pid, ended, end };
}

/** A file that has lost its name before it has content: it goes with the last process that holds it, whatever happens to us. */
function namelessFile(text: string): number {
  const name = path.join(os.tmpdir(), `coffer-${process.pid}-${performance.now()}`);
  const file = openSync(name, "wx+", 0o600);
  unlinkSync(name);
  writeSync(file, text, 0);
  return file;
}

function endWith(signal: AbortSignal | undefined, end: () => Promise<Ending>, ended: Promise<Ending>) {
  const stop = () => void end().catch(() => {});
  if (signal?.aborted) return stop();
  signal?.addEventListener("abort", stop, { once: true });
  const over = () => signal?.removeEventListener("abort", stop);
  ended.then(over, over);
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
function dyingWithUs(program: string, args: readonly string[]): [string, string[]] {
  canTieToUs ??= process.platform === "linux" && spawnSync("setpriv", ["--pdeathsig", "TERM", "true"]).status === 0;
  return canTieToUs ? ["setpriv", ["--pdeathsig", "TERM", "--", program, ...args]] : [program, [...args]];
}

function lastLines(stream: Readable | null): () => string[] {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text = (text + chunk).slice(-16_384);
  });
  return () => text.split("\n").filter(Boolean).slice(-stderrLines);
}
