import { access } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { allowAttempts, backupsOf, bellsOf, jobAtEnd, jobOf, jobWhen, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { fileOf } from "@/jobs/testing/restore";
import { heldCompressor } from "@/jobs/testing/stand-in";
import { adminUrlOf, large, makeTenant, sessions } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();
const control = () => sessions(testEnv.controlUrl);

describe("a worker that is killed", () => {
  it("between the file and the row of its backup leaves neither one without the other in the end", async () => {
    const tenant = await makeTenant();
    await using victim = await startWorkerProcess();
    await using lock = await blocking(testEnv.controlUrl, "lock table control_plane.backups in share mode");
    const id = await startExport(tenant, { format: "custom" });
    const last = await startExport(tenant, { format: "tar" });
    await allowAttempts(last, 1);
    await waitFor(async () => (await published()).length === 4, { what: "two files without a row" });
    await waitingForLock("coffer", control());
    await using _survivor = await startWorkerProcess();
    victim.signal("SIGKILL");
    await victim.exited;
    await lock.commit();
    expect(await backupsOf(id)).toEqual([]);

    expect(await jobAtEnd(id, 90)).toMatchObject({ status: "completed", errorMessage: null, attempts: 2 });
    const [backup, ...more] = await backupsOf(id);
    expect(more).toEqual([]);
    await jobAtEnd(last);
    await waitFor(async () => (await published()).length === 2, { what: "the end of the files without a row" });
    const files = await published();
    expect(files).toEqual([backup?.storagePath, `${backup?.storagePath}.manifest.json`]);
    expect(backup?.manifest).toMatchObject({ job: { id, fence: 2 } });
    // Nobody will try this one again: what it has left went with it.
    expect(await jobOf(last)).toMatchObject({ status: "failed", errorCode: "worker_lost" });
    expect(await backupsOf(last)).toEqual([]);
    expect(await leftovers()).toEqual(nothing);
  });

  it("after the row of its backup, before its bell is gone, has done its work: answering the bell again does nothing", async () => {
    const tenant = await makeTenant(large);
    const gate = await heldCompressor();
    await using victim = await startWorkerProcess(gate.env);
    const id = await startExport(tenant, { format: "custom" });
    await jobWhen(id, (job) => job.currentTable);
    await using lock = await blocking(testEnv.controlUrl, "lock table graphile_worker._private_jobs in share mode");
    await gate.open();
    const done = await jobAtEnd(id);
    expect(done.status).toBe("completed");
    victim.signal("SIGKILL");
    await victim.exited;
    // What it has sent already must not be done in its name.
    await sessions(adminUrlOf(testEnv.controlUrl))`select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await lock.commit();
    expect(await bellsOf(id)).toMatchObject([{ lockedBy: expect.any(String) }]);

    // The queue takes the lock for dead after four hours.
    await db.execute(
      sql`select graphile_worker.force_unlock_workers(array_agg(locked_by)) from graphile_worker._private_jobs`,
    );
    await using _survivor = await startWorkerProcess();
    await waitFor(async () => (await bellsOf(id)).length === 0, { what: "an answer to the bell" });
    expect(await jobOf(id)).toEqual(done);
    const [backup, ...more] = await backupsOf(id);
    expect(more).toEqual([]);
    if (backup) await access(fileOf(backup));
    expect(await leftovers()).toEqual(nothing);
  });
});
