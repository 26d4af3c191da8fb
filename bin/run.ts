import { spawn } from "node:child_process";
import type { SystemUser } from "@/bin/system-user";

export type Environment = Record<string, string | undefined>;

/** Next's types want a NODE_ENV in every environment; the programs that we run do not. */
export const asProcessEnv = (environment: Environment) => environment as NodeJS.ProcessEnv;

export type RunOptions = {
  as?: SystemUser | undefined;
  cwd?: string;
  /** The whole environment of the program; this process' own when left out. */
  env?: Environment;
  /** Show its output as it comes instead of gathering it. */
  show?: boolean;
  signal?: AbortSignal | undefined;
};

export type Ended = { code: number | null; output: string };

/** Runs a program to its end, whatever the end. `output` holds the last of what it wrote on both streams. */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env && asProcessEnv(options.env),
    stdio: options.show ? "inherit" : ["ignore", "pipe", "pipe"],
    signal: options.signal,
    ...(options.as && { uid: options.as.uid, gid: options.as.gid }),
  });
  let output = "";
  const gather = (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-100_000);
  };
  child.stdout?.on("data", gather);
  child.stderr?.on("data", gather);
  child.on("error", reject);
  child.on("close", (code) => resolve({ code, output: output.trim() }));
  return promise;
}

/** As `run`, but a failure is an error that carries what the program said. */
export async function mustRun(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args[0] ?? ""} ended with code ${code}.\n${output}`);
  return output;
}

/** Tells the person at the terminal what goes on: one short line. */
export function say(line: string): void {
  console.log(line);
}
