import type { RunContext } from "@/jobs/lifecycle/execute";
import { portion } from "@/jobs/lifecycle/portion";

/** How much of the whole each step takes, in percent at its end. Reading and restoring go by bytes, the rest by what it usually takes. */
const ends = { check: 1, read: 10, safety: 35, restore: 80, compare: 96, swap: 100 } as const;

type StepName = keyof typeof ends;
const order = Object.keys(ends) as StepName[];

/** The same context as seen from within one step. */
export const within = (context: RunContext, step: StepName): RunContext =>
  portion(context, ends[order[order.indexOf(step) - 1] ?? "check"], ends[step]);

/** Counts bytes up to a total as the percent of a context. */
export function byteMeter({ report }: RunContext, total: number): (bytes: number) => void {
  let done = 0;
  return (bytes) => {
    done += bytes;
    report({ bytesDone: done, progressPercentage: Math.min(100, (100 * done) / Math.max(1, total)) });
  };
}
