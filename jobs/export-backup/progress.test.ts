import { describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { type Job, jobOf, jobWhen, startExport } from "@/jobs/testing/export-job";
import { heldCompressor } from "@/jobs/testing/stand-in";
import { makeTenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

/** Every different state of the job that can be seen until it is over, as somebody who polls sees them. */
async function statesOf(id: string): Promise<Job[]> {
  const states: Job[] = [];
  await waitFor(
    async () => {
      const job = await jobOf(id);
      if (job.updatedAt.getTime() !== states.at(-1)?.updatedAt.getTime()) states.push(job);
      return job.finishedAt;
    },
    { what: "the end of the job" },
  );
  return states;
}

const rising = (numbers: number[]) => expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));

describe("the progress of an export", () => {
  it("moves through many true values, names the tables, and never goes back; the next export knows the sizes", async () => {
    const tenant = await makeTenant({ rows: 20_000, rowBytes: 500 });
    const gate = await heldCompressor();
    await gate.pace(40);
    await using _worker = await startWorkerProcess(gate.env);
    const states = await statesOf(await startExport(tenant, { format: "custom" }));

    expect(new Set(states.map(({ progressPercentage }) => progressPercentage)).size).toBeGreaterThan(4);
    rising(states.map(({ progressPercentage }) => progressPercentage));
    rising(states.map(({ rowsDone }) => rowsDone));
    rising(states.map(({ bytesDone }) => bytesDone));
    rising(states.map(({ tablesDone }) => tablesDone));
    rising(states.map(({ stepsCompleted }) => stepsCompleted));
    expect(new Set(states.map(({ currentTable }) => currentTable))).toEqual(new Set([null, "t1", "t2", "t3"]));
    const middle = states.filter(({ currentTable }) => currentTable === "t2").at(-1);
    expect(middle).toMatchObject({ tablesDone: 1, tablesTotal: 3, currentStep: "Dumping t2 (2 of 3)" });
    expect(middle?.bytesPerSecond).toBeGreaterThan(100_000);
    expect(middle?.etaSeconds).toBeGreaterThan(0);
    expect(middle?.progress).toMatchObject({
      rowsEstimate: 60_000,
      tables: [{ state: "done", rows: 20_000 }, { state: "running" }, { state: "waiting" }],
    });
    expect(middle?.progressPercentage).toBeGreaterThan(33);
    expect(middle?.progressPercentage).toBeLessThan(75);

    const end = states.at(-1);
    expect(end).toMatchObject({ status: "completed", progressPercentage: 100, rowsDone: 60_000, tablesDone: 3 });
    expect(end).toMatchObject({ stepsCompleted: end?.stepsTotal, etaSeconds: null, currentTable: null });
    const times = end?.steps.flatMap((step) => [Date.parse(step.startedAt ?? ""), Date.parse(step.finishedAt ?? "")]);
    expect(times?.every(Number.isFinite)).toBe(true);
    rising(times ?? []);

    await gate.close();
    const next = await jobWhen(await startExport(tenant, { format: "custom" }), (job) => job.progress?.bytesTotal);
    const learned = (next.progress?.bytesTotal ?? 0) / (end?.bytesDone ?? 1);
    expect(learned).toBeGreaterThan(0.95);
    expect(learned).toBeLessThan(1.05);
  });
});
