import type { RunContext } from "@/jobs/lifecycle/execute";

/** Tells how far it is, by the bytes that have arrived: their share, how fast they come, and how long the rest will take. */
export function meter({ report }: Pick<RunContext, "report">, sizeBytes: number): (done: number) => void {
  const began = performance.now();
  return (done) => {
    const seconds = Math.max(0.001, (performance.now() - began) / 1000);
    const bytesPerSecond = Math.round(done / seconds);
    report({
      bytesDone: done,
      bytesPerSecond,
      progressPercentage: Math.min(99, Math.round((990 * done) / Math.max(1, sizeBytes)) / 10),
      etaSeconds: Math.ceil((sizeBytes - Math.min(done, sizeBytes)) / Math.max(1, bytesPerSecond)),
    });
  };
}
