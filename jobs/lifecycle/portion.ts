import type { RunContext } from "@/jobs/lifecycle/execute";

/** The same context as seen from within a part of the work: its percent runs from `from` to `to` of the whole, and its own steps are not shown. */
export function portion(context: RunContext, from: number, to: number): RunContext {
  const share = (to - from) / 100;
  return {
    ...context,
    step: () => {},
    report({ progressPercentage, etaSeconds: _, ...patch }) {
      const percent = progressPercentage === undefined ? {} : { progressPercentage: from + progressPercentage * share };
      context.report({ ...patch, ...percent });
    },
  };
}
