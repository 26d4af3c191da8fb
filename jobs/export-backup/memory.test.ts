import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey } from "@/jobs/testing/encryption-key";
import { jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

const read = (pid: number, figure: "VmRSS" | "VmHWM") =>
  Number(new RegExp(`${figure}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

it.each([
  { format: "custom", compression: "gzip" },
  { format: "tar", compression: "none" },
  { format: "custom", compression: "none", encrypt: true },
  { format: "package", compression: "none" },
])("the memory of a worker does not grow with the size of what it exports, here 300 MB as %o", async (options) => {
  await addKey();
  const small = await makeTenant({ tables: 1, rows: 2_000, rowBytes: 1000 });
  const large = await largeTenant();
  // Node gives up when its objects need more than that; buffers show in what we read.
  await using worker = await startWorkerProcess({ NODE_OPTIONS: "--max-old-space-size=96" });
  expect(await jobAtEnd(await startExport(small, options))).toMatchObject({ status: "completed", errorMessage: null });
  // Forgets the peak of its start (proc(5), clear_refs).
  writeFileSync(`/proc/${worker.pid}/clear_refs`, "5");
  const before = read(worker.pid, "VmRSS");
  const job = await jobAtEnd(await startExport(large, options), 120);
  expect(job).toMatchObject({ status: "completed", attempts: 1 });
  expect(job.bytesDone).toBeGreaterThan(300_000_000);
  // A quarter of what has passed: buffers that wait for the garbage collector.
  expect(read(worker.pid, "VmHWM") - before).toBeLessThan(75);
});

let tenant: Promise<Tenant> | undefined;
function largeTenant(): Promise<Tenant> {
  tenant ??= makeLarge();
  return tenant;
}

async function makeLarge(): Promise<Tenant> {
  const large = await makeTenant({ tables: 3, rows: 0 });
  for (const table of ["t1", "t2", "t3"]) {
    const name = `${large.schema}.${table}`;
    await large.sql.unsafe(`alter table ${name} alter body set storage external`);
    await large.sql.unsafe(`insert into ${name} select i, repeat(md5(i::text), 3200) from generate_series(1, 1000) i`);
  }
  return large;
}
