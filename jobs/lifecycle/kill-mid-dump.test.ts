import { expect, it } from "vitest";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { backupsOf, jobAtEnd, jobWhen, startExport } from "@/jobs/testing/export-job";
import { backendsOf, leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { heldCompressor } from "@/jobs/testing/stand-in";
import { large, makeTenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

it("a worker that is killed in the middle of its jobs loses none of them, and leaves nothing behind", async () => {
  const dumping = await makeTenant(large);
  const waiting = await makeTenant();
  await using lock = await blocking(waiting.url, `lock table ${waiting.schema}.t2`);
  const gate = await heldCompressor();
  await using victim = await startWorkerProcess(gate.env);
  const first = await startExport(dumping, { format: "custom" });
  await jobWhen(first, (job) => job.currentTable);
  const second = await startExport(waiting, { format: "custom" });
  await waitingForLock(`coffer:${second}:1`);
  const seen = await leftovers();
  expect([seen.processes.length, seen.backends.length, seen.unfinished.length]).toEqual([2, 4, 1]);

  await using _survivor = await startWorkerProcess();
  const killedAt = Date.now();
  victim.signal("SIGKILL");
  // Its programs go with it, not when somebody else has noticed.
  await waitFor(async () => (await leftovers()).processes.length === 0, { what: "the end of pg_dump", seconds: 10 });
  await waitFor(async () => (await backendsOf(first)).length === 0, { what: "the end of its sessions", seconds: 10 });

  await jobWhen(first, (job) => job.fence === 2);
  await jobWhen(second, (job) => job.fence === 2);
  expect(Date.now() - killedAt).toBeLessThan(60_000);
  // PostgreSQL does not notice that nobody waits for a lock any more: the next attempt ends such a session.
  await waitingForLock(`coffer:${second}:2`);
  expect((await backendsOf(second)).filter((name) => name.startsWith(`coffer:${second}:1`))).toEqual([]);
  await lock.commit();

  for (const id of [first, second]) {
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", attempts: 2, fence: 2, errorCode: null });
    expect(await backupsOf(id)).toHaveLength(1);
  }
  expect(await published()).toHaveLength(4);
  expect(await leftovers()).toEqual(nothing);
});
