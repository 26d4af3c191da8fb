import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { smallDisk } from "@/jobs/testing/small-disk";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  // 48 MB on the server that do not compress, and look small beforehand.
  tenant = await makeTenant({ tables: 1, rows: 0 });
  await tenant.sql.unsafe(`alter table ${tenant.schema}.t1 alter body set storage external`);
  await tenant.sql.unsafe(`insert into ${tenant.schema}.t1
    select i, string_agg(encode(sha256((i || ':' || k)::bytea), 'base64'), '') from generate_series(1, 480) i, generate_series(1, 2300) k group by i`);
});

describe("a full disk", () => {
  it.each([
    ["gzip", "custom"],
    ["zstd", "sql"],
    ["none", "tar"],
    ["none", "custom"],
    ["gzip", "package"],
    ["none", "package"],
  ])(
    "ends a dump with compression %s as %s for good: says how much is needed and free, and leaves nothing",
    async (compression, format) => {
      const disk = await smallDisk(compression === "none" ? "size=44m" : "size=28m");
      await using worker = await startWorkerProcess(disk.env, disk.within);
      const id = await startExport(tenant, { format, compression });
      const job = await jobAtEnd(id);
      expect(job).toMatchObject({ status: "failed", errorCode: "disk_full", attempts: 1 });
      expect(job.errorMessage).toMatch(/^The disk is full: about [\d.]+ MB needed, [\d.]+ MB free\.$/);
      expect(job.failure).toMatchObject({
        hint: "Free some space in the backup folder, then retry.",
        willRetry: false,
      });
      expect(await disk.files(worker)).toEqual([]);
      expect(await leftovers(id)).toEqual(nothing);
      expect(await backupsOf(id)).toEqual([]);
    },
  );

  it("is seen before anything is dumped where that is plain", async () => {
    const disk = await smallDisk("size=4m");
    await using worker = await startWorkerProcess(disk.env, disk.within);
    const id = await startExport(tenant, { format: "sql", compress: false });
    expect(await jobAtEnd(id)).toMatchObject({
      status: "failed",
      errorCode: "disk_full",
      bytesDone: 0,
      stepsCompleted: 0,
    });
    expect(await disk.files(worker)).toEqual([]);
  });

  it("that has no room for the manifest leaves neither file nor manifest", async () => {
    const disk = await smallDisk("size=80m,nr_inodes=4");
    await using worker = await startWorkerProcess(disk.env, disk.within);
    const id = await startExport(tenant, { format: "custom" });
    expect(await jobAtEnd(id)).toMatchObject({ status: "failed", errorCode: "disk_full", attempts: 1 });
    expect(await disk.files(worker)).toEqual([]);
    expect(await backupsOf(id)).toEqual([]);
  });
});

describe("a home that cannot be written to", () => {
  it("ends a job for good, and says so", async () => {
    const disk = await smallDisk("ro");
    await using _worker = await startWorkerProcess(disk.env, disk.within);
    const job = await jobAtEnd(await startExport(tenant));
    expect(job).toMatchObject({ status: "failed", errorCode: "destination_unwritable", attempts: 1 });
    expect(job.errorMessage).toContain("The backup folder cannot be written to");
    expect(job.failure?.hint).toContain("Make the folder writable");
  });
});
