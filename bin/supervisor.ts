import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { asProcessEnv, type Environment, say } from "@/bin/run";

export type ChildSpec = {
  name: string;
  /** Arguments for Node. */
  args: string[];
  cwd: string;
  env: Environment;
  /** How long it may take to end when asked to, before it is killed. */
  stopSeconds: number;
};

export type Supervised = {
  /** Settles at the first `{ type: "ready" }`; rejects when the child dies again and again before it. */
  ready: Promise<void>;
  pid: () => number | undefined;
  /** Ends it as `stop` does and starts it anew: for development. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
  /** At once, with everything it started. */
  kill: () => void;
};

const triesBeforeReady = 3;
const readySeconds = 120;

/**
 * Keeps a child process running. The contract with the child: it sends `{ type: "ready" }` over IPC once it serves,
 * and ends itself when the IPC channel closes (`process.once("disconnect", …)`), because then this process was killed.
 * It runs in a process group of its own, so that Ctrl-C in a terminal reaches this process alone, which ends the
 * children in order.
 */
export function supervise(spec: ChildSpec): Supervised {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  let child: ChildProcess | undefined;
  let wanted = true;
  let isReady = false;
  let deaths = 0;
  ready.catch(() => {});
  setTimeout(
    () => reject(new Error(`${spec.name} was not ready after ${readySeconds} seconds.`)),
    readySeconds * 1000,
  ).unref();

  const launch = () => {
    const startedAt = Date.now();
    const started = spawnChild(spec);
    child = started;
    started.on("message", (message) => {
      if (!isReadyMessage(message)) return;
      isReady = true;
      resolve();
    });
    whenGone(started).then(async (how) => {
      if (!wanted || child !== started) return;
      deaths = Date.now() - startedAt > 30_000 ? 1 : deaths + 1;
      if (!isReady && deaths >= triesBeforeReady) return reject(new Error(`${spec.name} ${how} before it was ready.`));
      // What it has left behind in its group goes with it.
      signalGroup(started, "SIGKILL");
      const pause = backoff(deaths);
      say(`${spec.name} ${how}; starting it again in ${pause / 1000} s.`);
      await sleep(pause);
      if (wanted && child === started) launch();
    });
  };
  launch();

  let ending: ChildProcess | undefined;
  const end = async () => {
    ending = child ?? ending;
    child = undefined;
    if (ending) await endChild(ending, spec.stopSeconds);
  };
  return {
    ready,
    pid: () => child?.pid,
    restart: async () => {
      await end();
      if (wanted && !child) launch();
    },
    stop: () => {
      wanted = false;
      return end();
    },
    kill: () => {
      wanted = false;
      for (const one of [child, ending]) if (one) signalGroup(one, "SIGKILL");
    },
  };
}

/** Milliseconds before the next start: a quarter of a second, doubled each time, at most ten seconds. */
export function backoff(deaths: number): number {
  return Math.min(250 * 2 ** (deaths - 1), 10_000);
}

function spawnChild({ args, cwd, env }: ChildSpec): ChildProcess {
  const stdio = ["ignore", "inherit", "inherit", "ipc"] as const;
  return spawn(process.execPath, args, { cwd, env: asProcessEnv(env), detached: true, stdio: [...stdio] });
}

function isReadyMessage(message: unknown): boolean {
  return typeof message === "object" && message !== null && "type" in message && message.type === "ready";
}

function whenGone(child: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  child.once("error", (error) => resolve(`could not be started (${error.message})`));
  child.once("exit", (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`));
  return promise;
}

async function endChild(child: ChildProcess, seconds: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = whenGone(child);
  child.kill("SIGTERM");
  const ended = await Promise.race([gone, sleep(seconds * 1000, undefined, { ref: false })]);
  // Also when it went in peace: nothing it started may stay.
  signalGroup(child, "SIGKILL");
  if (ended === undefined) await gone;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    // Windows has no process groups.
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
