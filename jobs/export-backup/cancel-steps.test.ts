import { describe, expect, it } from "vitest";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { backupsOf, cancelExport, jobAtEnd, jobOf, jobWhen, startExport } from "@/jobs/testing/export-job";
import { inMidDump, leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { heldCompressor, heldRestore, misbehavingDump } from "@/jobs/testing/stand-in";
import { large, makeTenant, sessions } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();
const control = () => sessions(testEnv.controlUrl);

/** What has to be true of a job that was cancelled, whatever it was doing. */
async function expectCancelled(id: string) {
  const asked = Date.now();
  const job = await jobAtEnd(id, 30);
  expect(job).toMatchObject({ status: "cancelled", currentStep: "Cancelled", cancelRequestedBy: tester.id });
  expect(job).toMatchObject({ workerId: null, errorCode: null, attempts: 1 });
  expect(Date.now() - asked).toBeLessThan(15_000);
  const { askedAt, processEndedAt, filesRemovedAt, backendEndedAt } = job.cancelReceipt ?? {};
  const times = [askedAt, processEndedAt, filesRemovedAt, backendEndedAt].map((time) => Date.parse(time ?? ""));
  expect(times.every(Number.isFinite)).toBe(true);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(await leftovers(id)).toEqual(nothing);
  expect(await backupsOf(id)).toEqual([]);
  expect(await published()).toEqual([]);
  return job;
}

describe("a cancelled export leaves nothing behind and gives a receipt, when it was", () => {
  it("checking the project, behind a lock", async () => {
    const tenant = await makeTenant();
    await using _lock = await blocking(tenant.url, `lock table ${tenant.schema}.t2`);
    await using _worker = await startWorkerProcess();
    const id = await startExport(tenant, { format: "custom" });
    await waitingForLock(`coffer:${id}`);
    expect(await jobWhen(id, (job) => job.currentStep)).toMatchObject({ status: "in_progress" });
    expect(await cancelExport(id)).toBe("cancelling");
    const { cancelReceipt } = await expectCancelled(id);
    // The worker was told, it did not find out with its next heartbeat.
    const took = Date.parse(cancelReceipt?.processEndedAt ?? "") - Date.parse(cancelReceipt?.askedAt ?? "");
    expect(took).toBeLessThan(2_500);
  });

  it.each(["custom", "sql", "tar", "package"])("dumping as %s", async (format) => {
    const tenant = await makeTenant(large);
    const gate = await heldCompressor();
    await using _worker = await startWorkerProcess(gate.env);
    const id = await startExport(tenant, { format });
    await inMidDump(id);
    expect(await cancelExport(id)).toBe("cancelling");
    expect(await cancelExport(id)).toBe("cancelling");
    await expectCancelled(id);
    await expect(cancelExport(id)).rejects.toMatchObject({ code: "INVALID_JOB_STATUS" });
  });

  it("dumping with a pg_dump that does not want to end", async () => {
    await using _worker = await startWorkerProcess({ COFFER_PG_BIN: await misbehavingDump("forever") });
    const id = await startExport(await makeTenant(large), { format: "custom" });
    await waitFor(async () => (await leftovers(id)).processes.length >= 2, { what: "pg_dump" });
    await cancelExport(id);
    await expectCancelled(id);
  });

  it("checking the archive", async () => {
    const tenant = await makeTenant(large);
    const held = await heldRestore();
    await using _worker = await startWorkerProcess(held.env);
    const id = await startExport(tenant, { format: "custom" });
    await jobWhen(id, (job) => job.currentStep === "Checking the archive");
    await held.reached();
    expect(await cancelExport(id)).toBe("cancelling");
    await expectCancelled(id);
  });

  it("done but for its last write: the file is there already, and goes again", async () => {
    const tenant = await makeTenant(large);
    const gate = await heldCompressor();
    await using _worker = await startWorkerProcess(gate.env);
    const id = await startExport(tenant, { format: "custom" });
    await jobWhen(id, (job) => job.currentTable);
    await using row = await blocking(
      testEnv.controlUrl,
      `select 1 from control_plane.jobs where id = '${id}' for update`,
    );
    await gate.open();
    await waitFor(async () => (await published()).length === 2, { what: "the file" });
    await row.sql`update control_plane.jobs set status = 'cancelling', cancel_requested_at = now(), cancel_requested_by = ${tester.id},
      cancel_receipt = jsonb_build_object('askedAt', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) where id = ${id}`;
    await row.commit();
    await expectCancelled(id);
  });
});

describe("a cancel that comes", () => {
  it("before any worker has begun ends the job at once, and no worker begins it", async () => {
    const tenant = await makeTenant();
    const id = await startExport(tenant);
    expect(await cancelExport(id)).toBe("cancelled");
    await using _worker = await startWorkerProcess();
    const next = await startExport(tenant);
    expect(await jobAtEnd(next)).toMatchObject({ status: "completed", errorMessage: null });
    expect(await jobOf(id)).toMatchObject({ status: "cancelled", fence: 0, startedAt: null });
  });

  it("in the middle of the last write waits for it, and then comes too late: the backup stays", async () => {
    const tenant = await makeTenant();
    await using _worker = await startWorkerProcess();
    await using lock = await blocking(testEnv.controlUrl, "lock table control_plane.backups in share mode");
    const id = await startExport(tenant, { format: "custom" });
    await waitingForLock("coffer", control());
    const cancel = cancelExport(id).catch((error) => error);
    await waitFor(async () => (await waiters()) >= 2, { what: "the cancel in line" });
    await lock.commit();
    expect(await cancel).toMatchObject({ code: "INVALID_JOB_STATUS" });
    expect(await jobAtEnd(id)).toMatchObject({
      status: "completed",
      errorMessage: null,
      cancelReceipt: null,
      cancelRequestedAt: null,
    });
    expect(await backupsOf(id)).toHaveLength(1);
  });
});

async function waiters() {
  return (
    await control()`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  ).length;
}
