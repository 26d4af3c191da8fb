import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { ring } from "@/jobs/queue";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { jobOf, startExport } from "@/jobs/testing/export-job";
import { large, makeTenant, sessions } from "@/jobs/testing/tenant";
import { startWorker } from "@/jobs/worker/worker";

givenControlPlane();

it("a worker that is told to stop while it takes a job gives that job back too", async () => {
  const tenant = await makeTenant(large);
  const id = await startExport(tenant, { format: "custom" });
  await db.execute(sql`delete from graphile_worker._private_jobs`);
  const worker = await startWorker();
  await using row = await blocking(
    testEnv.controlUrl,
    `select id from control_plane.jobs where id = '${id}' for update`,
  );
  await ring(db, { id, kind: "export_backup" });
  await waitingForLock("coffer", sessions(testEnv.controlUrl));
  const stopped = worker.stop();
  await row.commit();
  await stopped;
  expect(await jobOf(id)).toMatchObject({ status: "pending", attempts: 0, workerId: null });
});
