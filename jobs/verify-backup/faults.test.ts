import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { jobs, proofs } from "@/db/schema";
import { requestCancel } from "@/jobs/lifecycle/cancel";
import { reap } from "@/jobs/lifecycle/reap";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { jobAtEnd, jobWhen } from "@/jobs/testing/export-job";
import { adminSql, makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { backupOf, scratches, verify } from "@/jobs/testing/verification";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

let tenant: Tenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
});

describe("a verification that is not let finish", () => {
  it("and is cancelled leaves no scratch database, and no proof", async () => {
    await using _ = await startWorkerProcess();
    const backup = await backupOf(await registerTenant(await makeSchema({ firstRows: 200_000, rowBytes: 600 })), {
      format: "custom",
      compression: "none",
    });
    const id = await verify(backup, "restore");
    await waitFor(() => scratches(id), { what: "the scratch database" });
    await db.transaction((tx) => requestCancel(tx, id, tester.id));
    expect(await jobAtEnd(id)).toMatchObject({ status: "cancelled" });
    expect(await scratches(id)).toBe(0);
    expect(await db.select().from(proofs).where(eq(proofs.jobId, id))).toEqual([]);
  });

  it("and is killed is done by the next worker, without the scratch database of the first", async () => {
    const big = await registerTenant(await makeSchema({ firstRows: 200_000, rowBytes: 600 }));
    const first = await startWorkerProcess();
    const backup = await backupOf(big, { format: "custom", compression: "none" });
    const id = await verify(backup, "restore");
    await waitFor(() => scratches(id), { what: "the scratch database" });
    first.signal("SIGKILL");
    await first.exited;
    await db.update(jobs).set({ leaseExpiresAt: sql`now() - interval '1 second'` }).where(eq(jobs.id, id));
    await reap();
    await using _ = await startWorkerProcess();
    expect(await jobWhen(id, (job) => job.finishedAt, 120)).toMatchObject({ status: "completed", fence: 2 });
    expect(await scratches(id)).toBe(0);
    expect(await db.select().from(proofs).where(eq(proofs.jobId, id))).toMatchObject([{ result: "passed" }]);
  });

  it("for want of the right to make databases says how to get it", async () => {
    await using _ = await startWorkerProcess();
    const backup = await backupOf(tenant, { format: "custom" });
    const { user } = tenant.connection;
    await adminSql().unsafe(`alter role ${user} nocreatedb`);
    try {
      const id = await verify(backup, "restore");
      expect(await jobAtEnd(id)).toMatchObject({
        status: "failed",
        errorCode: "permission_denied",
        failure: { hint: expect.stringContaining("createdb") },
      });
    } finally {
      await adminSql().unsafe(`alter role ${user} createdb`);
    }
  });
});
