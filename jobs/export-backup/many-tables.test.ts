import { describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { contentsOf, emptyDatabase, restore } from "@/jobs/testing/restore";
import { makeTenant } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();

describe("a schema", () => {
  it("of 12,000 tables is exported like any other", async () => {
    const url = await emptyDatabase();
    const tenant = await makeTenant({ url, tables: 0 });
    for (let first = 0; first < 12_000; first += 1000) {
      await tenant.sql.unsafe(`do $$ begin for i in ${first}..${first + 999} loop
        execute format('create table ${tenant.schema}.t%s (id int)', i);
        execute format('insert into ${tenant.schema}.t%s values (%s)', i, i); end loop; end $$`);
    }
    const job = await jobAtEnd(await startExport(tenant, { format: "custom" }), 120);
    expect(job).toMatchObject({
      status: "completed",
      tablesDone: 12_000,
      tablesTotal: 12_000,
      rowsDone: 12_000,
      attempts: 1,
    });
    expect(job.progress?.tables.length).toBeLessThanOrEqual(200);
    const [backup] = await backupsOf(job.id);
    expect(backup).toMatchObject({ tableCount: 12_000, rowCount: 12_000 });
  });

  it("that is empty is exported and restored", async () => {
    const tenant = await makeTenant({ tables: 0 });
    const own = await contentsOf(testEnv.tenantUrl, tenant.schema);
    for (const format of ["custom", "sql", "tar"]) {
      const id = await startExport(tenant, { format });
      expect(await jobAtEnd(id)).toMatchObject({
        status: "completed",
        errorMessage: null,
        tablesTotal: 0,
        progressPercentage: 100,
      });
      const [backup] = await backupsOf(id);
      if (!backup) throw new Error("no backup");
      const url = await emptyDatabase();
      await restore(backup, url);
      expect(await contentsOf(url, tenant.schema)).toEqual(own);
    }
  });
});
