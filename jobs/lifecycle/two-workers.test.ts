import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { backupsOf, jobAtEnd, jobWhen, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { heldCompressor } from "@/jobs/testing/stand-in";
import { large, makeTenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
const gate = heldCompressor();
givenWorker(async () => (await gate).env);
givenWorker(async () => (await gate).env);

const bells = async () => (await db.execute(sql`select 1 from graphile_worker._private_jobs`)).length;

describe("two workers", () => {
  it("that hear many bells of one job do it once", async () => {
    await (await gate).open();
    const tenant = await makeTenant();
    const id = await startExport(tenant, { format: "custom" });
    const ring = sql`select graphile_worker.add_job('export_backup', json_build_object('jobId', ${id}::text)) from generate_series(1, 20)`;
    await db.execute(ring);
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, attempts: 1, fence: 1 });
    await db.execute(ring);
    await waitFor(async () => (await bells()) === 0, { what: "an answer to every bell" });
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, attempts: 1, fence: 1 });
    expect(await backupsOf(id)).toHaveLength(1);
  });

  it("may export one project at the same time: both backups are whole, under names of their own", async () => {
    await (await gate).close();
    const tenant = await makeTenant(large);
    const before = await published();
    const ids = await Promise.all([1, 2, 3].map(() => startExport(tenant, { format: "custom" })));
    for (const id of ids) await jobWhen(id, (job) => job.currentTable);
    await (await gate).open();
    for (const id of ids)
      expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, attempts: 1 });
    const backups = (await Promise.all(ids.map(backupsOf))).flat();
    expect(new Set(backups.map(({ storagePath }) => storagePath)).size).toBe(3);
    expect(new Set(backups.map(({ rowCount }) => rowCount))).toEqual(new Set([20_200]));
    expect(await published()).toHaveLength(before.length + 6);
    expect(await leftovers()).toEqual(nothing);
  });
});
