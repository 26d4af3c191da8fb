import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";

/** The value in the middle. */
export function median(values: number[]): number {
  return percentile(values, 0.5);
}

/** The value that this share of all values does not exceed. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

type Work = () => Promise<unknown>;

/**
 * Measures rivals in turns, so that a busy moment of the machine hits all of them; one round to warm up comes first. What
 * is done `before` and `after` is not measured. Gives the medians in milliseconds, by name.
 */
export async function alternate<Name extends string>(
  rounds: number,
  rivals: Record<Name, Work | { before?: Work; work: Work; after?: Work }>,
): Promise<Record<Name, number>> {
  const names = Object.keys(rivals) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const rival = rivals[name];
      const { before, work, after } = typeof rival === "function" ? { work: rival } : rival;
      await before?.();
      const ms = await timed(work);
      await after?.();
      if (round > 0) times[name].push(ms);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as Record<Name, number>;
}

/** Runs a line of bash, as a peer's script would; any part of a pipeline that fails is an error. */
export function shell(line: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn("bash", ["-c", `set -euo pipefail; ${line}`], { env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr += chunk));
  child.once("error", reject);
  child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`${line}: ${stderr}`))));
  return promise;
}
