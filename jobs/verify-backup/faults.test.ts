import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { proofs } from "@/db/schema";
import { requestCancel } from "@/jobs/lifecycle/cancel";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { type Backup, jobAtEnd, jobWhen } from "@/jobs/testing/export-job";
import { reapNow } from "@/jobs/testing/lease";
import { adminSql, makeSchema, makeTenant, registerTenant, unique } from "@/jobs/testing/tenant";
import { backupOf, scratches, verify } from "@/jobs/testing/verification";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

/** A backup whose restore takes its time. */
let big: Backup;
beforeAll(async () => {
  await using _ = await startWorkerProcess();
  const tenant = await makeTenant({ firstRows: 200_000, rowBytes: 600 });
  big = await backupOf(tenant, { format: "custom", compression: "none" });
});

describe("a verification that is not let finish", () => {
  it("and is cancelled leaves no scratch database, and no proof", async () => {
    await using _ = await startWorkerProcess();
    const id = await verify(big, "restore");
    await waitFor(() => scratches(id), { what: "the scratch database" });
    await db.transaction((tx) => requestCancel(tx, id, tester.id));
    expect(await jobAtEnd(id)).toMatchObject({ status: "cancelled" });
    expect(await scratches(id)).toBe(0);
    expect(await db.select().from(proofs).where(eq(proofs.jobId, id))).toEqual([]);
  });

  it("and is killed is done by the next worker, without the scratch database of the first", async () => {
    await using first = await startWorkerProcess();
    const id = await verify(big, "restore");
    await waitFor(() => scratches(id), { what: "the scratch database" });
    first.signal("SIGKILL");
    await first.exited;
    await reapNow(id);
    await using _ = await startWorkerProcess();
    expect(await jobWhen(id, (job) => job.finishedAt, 120)).toMatchObject({ status: "completed", fence: 2 });
    expect(await scratches(id)).toBe(0);
    expect(await db.select().from(proofs).where(eq(proofs.jobId, id))).toMatchObject([{ result: "passed" }]);
  });

  it("for want of the right to make databases says how to get it", async () => {
    await using _ = await startWorkerProcess();
    // The role of all tests is in use: this one has all its rights but that one.
    const { connection, ...tenant } = await makeSchema();
    const user = `timid_${unique()}`;
    await adminSql().unsafe(`create role ${user} login password 'timid' in role ${quoteIdent(connection.user)}`);
    const timid = await registerTenant({ ...tenant, connection: { ...connection, user, password: "timid" } });
    const backup = await backupOf(timid, { format: "custom" });
    const id = await verify(backup, "restore");
    expect(await jobAtEnd(id)).toMatchObject({
      status: "failed",
      errorCode: "permission_denied",
      failure: { hint: expect.stringContaining(`alter role "${user}" createdb`) },
    });
  });
});
