import { describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { allowAttempts, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { inMidDump, leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { heldCompressor } from "@/jobs/testing/stand-in";
import { large, makeTenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

describe("a dump", () => {
  it("that does not move any more is ended, and may be tried again", async () => {
    const tenant = await makeTenant(large);
    const gate = await heldCompressor();
    await using _worker = await startWorkerProcess({ ...gate.env, EXPORT_STALL_SECONDS: "2" });
    const id = await startExport(tenant, { format: "custom" });
    await allowAttempts(id, 1);
    await inMidDump(id);
    expect(await jobAtEnd(id)).toMatchObject({
      status: "failed",
      errorCode: "stalled",
      errorMessage: "The dump has not moved for 2 seconds.",
    });
    expect(await leftovers(id)).toEqual(nothing);
    expect(await published()).toEqual([]);
  });

  it("that moves, however slowly, goes on", async () => {
    const tenant = await makeTenant({ tables: 1, rows: 4_000, rowBytes: 1000 });
    const gate = await heldCompressor();
    await gate.pace(100);
    await using _worker = await startWorkerProcess({ ...gate.env, EXPORT_STALL_SECONDS: "2" });
    const job = await jobAtEnd(await startExport(tenant, { format: "custom" }));
    expect(job).toMatchObject({ status: "completed", attempts: 1 });
    expect((job.finishedAt?.getTime() ?? 0) - (job.startedAt?.getTime() ?? 0)).toBeGreaterThan(4_000);
  });

  it("that takes longer than it may is ended for good", async () => {
    const tenant = await makeTenant(large);
    const gate = await heldCompressor();
    await using _worker = await startWorkerProcess({ ...gate.env, EXPORT_BUDGET_SECONDS: "2" });
    // Its compressor is held: it cannot end by itself, however far it gets in its time.
    const id = await startExport(tenant, { format: "custom" });
    expect(await jobAtEnd(id)).toMatchObject({ status: "failed", errorCode: "timed_out", attempts: 1 });
    expect(await leftovers(id)).toEqual(nothing);
  });
});
