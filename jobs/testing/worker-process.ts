import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { testEnv, workerEnvironment } from "@/jobs/testing/env";

const root = path.resolve(import.meta.dirname, "../..");

export type WorkerProcess = AsyncDisposable & {
  pid: number;
  signal(name: NodeJS.Signals): void;
  /** Cuts the line to it, as the death of the supervisor does. */
  disconnect(): void;
  /** Settles when the process is gone. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** What it has logged. */
  log(): string;
};

/**
 * Starts a worker as the supervisor does, and gives it when it is ready. `await using` ends it with the test.
 * `within` is a command in front of it, which turns into it in the end.
 */
export async function startWorkerProcess(
  env: Record<string, string> = {},
  within: string[] = [],
): Promise<WorkerProcess> {
  const [command = "", ...args] = [...within, process.execPath, "--enable-source-maps", testEnv.worker];
  const child = spawn(command, args, {
    cwd: root,
    env: workerEnvironment({ LOG_LEVEL: "info", ...env }),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const log = gather(child);
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("exit", (code, signal) => resolve({ code, signal })),
  );
  const early = exited.then(({ code }) => Promise.reject(new Error(`the worker ended with ${code}:\n${log()}`)));
  await Promise.race([once(child, "message"), early]);
  early.catch(() => {});
  const { pid } = child;
  if (pid === undefined) throw new Error("a process without a number");
  return {
    pid,
    exited,
    log,
    signal: (name) => void process.kill(pid, name),
    disconnect: () => child.disconnect(),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** One worker for all tests of a file. */
export function givenWorker(env: () => Promise<Record<string, string>> = async () => ({})): void {
  let worker: WorkerProcess | undefined;
  beforeAll(async () => {
    worker = await startWorkerProcess(await env());
  });
  afterAll(() => worker?.[Symbol.asyncDispose]());
}

function gather(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (text += chunk));
  return () => text;
}
