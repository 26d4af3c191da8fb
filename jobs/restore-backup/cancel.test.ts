import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { requestCancel } from "@/jobs/lifecycle/cancel";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { backupsOf, cancelExport, jobAtEnd } from "@/jobs/testing/export-job";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { schemasOf, startRestoreOf } from "@/jobs/testing/restoration";
import { contentsOf } from "@/jobs/testing/restore";
import { changeSince, moments, type PausingTenant, pausingTenant } from "@/jobs/testing/restore-moments";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

const { "after the swap": afterSwap, ...before } = moments;

let of: PausingTenant;
beforeAll(async () => {
  of = await pausingTenant();
  await changeSince(of);
});

describe("a restore that is cancelled", () => {
  it.each(Object.entries(before))("%s leaves the schema as it was, and nothing else", async (_, make) => {
    const { tenant, backup } = of;
    const was = await contentsOf(tenant.url, tenant.schema);
    const moment = await make(of);
    await using _worker = await startWorkerProcess(moment.env);
    const id = await startRestoreOf(backup, tenant, { createSafetyBackup: true });
    await moment.reached(id);
    expect(await cancelExport(id)).toBe("cancelling");
    // Who is asked for its version ends by itself only.
    if (moment.env) await moment.release();
    const job = await jobAtEnd(id);
    expect(job).toMatchObject({ status: "cancelled", errorCode: null });
    expect(job.cancelReceipt).toMatchObject({
      processEndedAt: expect.any(String),
      backendEndedAt: expect.any(String),
      filesRemovedAt: expect.any(String),
    });
    await moment.release();
    expect(await contentsOf(tenant.url, tenant.schema)).toEqual(was);
    expect(await schemasOf(id)).toEqual([]);
    expect(await leftovers(id)).toEqual(nothing);
    // A safety backup that was listed by then is a backup like any other.
    for (const { type, status } of await backupsOf(id)) expect([type, status]).toEqual(["safety", "available"]);
  });

  it("after the swap is told that it is too late, and ends well", async () => {
    if (!afterSwap) throw new Error("no such moment");
    const moment = await afterSwap(of);
    await using _ = await startWorkerProcess();
    const id = await startRestoreOf(of.backup, of.tenant);
    await moment.reached(id);
    await expect(db.transaction((tx) => requestCancel(tx, id, tester.id))).rejects.toMatchObject({
      code: "INVALID_JOB_STATUS",
      message: expect.stringContaining("cannot be cancelled any more"),
    });
    await moment.release();
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, cancelRequestedAt: null });
  });
});
