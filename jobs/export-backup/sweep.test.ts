import { randomUUID } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import type { Manifest } from "@/jobs/archive/manifest";
import { localDestination } from "@/jobs/destination/local";
import { cleanExport } from "@/jobs/export-backup/clean";
import { backupFilename } from "@/jobs/export-backup/filename";
import { sweepUnfinished } from "@/jobs/export-backup/sweep";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import { failJob, giveBack } from "@/jobs/lifecycle/finish";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { claim, startExport } from "@/jobs/testing/export-job";
import { published } from "@/jobs/testing/leftovers";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

const destination = localDestination(testEnv.backupDir);
const staging = path.join(testEnv.backupDir, ".partial");

/** An unfinished file as an attempt leaves it that is cut short. */
async function leave(jobId: string, fence: number) {
  await mkdir(staging, { recursive: true });
  await writeFile(path.join(staging, `${jobId}.${fence}`), "half");
  return `${jobId}.${fence}`;
}

describe("the sweep of unfinished files", () => {
  it("takes those whose attempt is over, and leaves those that are being written", async () => {
    const running = await claim(await startExport(tenant));
    const failed = await claim(await startExport(tenant));
    await failJob({ job: failed, report: {} }, { code: "tool_failed", message: "m" });
    const waiting = await claim(await startExport(tenant));
    await giveBack(waiting);
    const second = await claim((await again()).id);

    const kept = [await leave(running.id, 1), await leave(second.id, 2), await leave(randomUUID(), 1)];
    for (const [id, fence] of [
      [failed.id, 1],
      [waiting.id, 1],
      [second.id, 1],
    ] as const)
      await leave(id, fence);
    await writeFile(path.join(staging, "notes.txt"), "not ours");
    await sweepUnfinished();
    expect((await readdir(staging)).sort()).toEqual([...kept, "notes.txt"].sort());
  });
});

/** A job that was given back once. */
async function again() {
  const job = await claim(await startExport(tenant));
  await giveBack(job);
  return job;
}

const nameOf = (job: ClaimedJob) =>
  backupFilename(tenant.slug, job.createdAt, { format: "sql", compression: "gzip", encrypt: false });

/** Publishes a file as an attempt of this job does. Gives the path that it got. */
async function publish(job: ClaimedJob, fence: number, name = nameOf(job)) {
  await using staged = await destination.stage({ jobId: randomUUID(), fence });
  await staged.write(Buffer.from("whole"));
  return await staged.publish(`${tenant.slug}/${name}`, () => JSON.stringify(manifestOf(job.id, fence)));
}

const manifestOf = (id: string, fence: number): Manifest => ({
  manifestVersion: 1,
  job: { id, fence },
  project: { slug: "s", name: "n", schema: "s", database: "d" },
  file: {
    name: "f",
    format: "sql",
    compression: "gzip",
    encryption: null,
    sizeBytes: 1,
    originalBytes: 1,
    sha256: "0",
  },
  snapshotAt: new Date().toISOString(),
  serverVersion: "15",
  clientVersion: "15",
  schemaVersion: "v",
  tables: [],
  sequences: [],
  extensions: [],
  outsideDependencies: [],
});

describe("cleaning up after an export", () => {
  it("removes what its attempts published without a row, and nothing that another job or a later attempt has made", async () => {
    const [job, other] = [await claim(await startExport(tenant)), await claim(await startExport(tenant))];
    const theirs = await publish(other, 1, nameOf(job));
    const ours = await publish(job, 1);
    const later = await publish(job, 2);
    expect([theirs, ours, later].map((file) => path.basename(file, ".sql.gz").slice(-2))).toEqual([
      expect.any(String),
      "-2",
      "-3",
    ]);
    await cleanExport(job, 1);
    expect(await published()).toEqual(expect.arrayContaining([theirs, later]));
    expect(await published()).not.toContain(ours);
    // Where one is gone, the next ones are still found.
    await cleanExport(job, 2);
    expect(await published()).not.toContain(later);
    expect(await published()).toContain(theirs);
  });

  it("leaves a file alone that is listed", async () => {
    const job = await claim(await startExport(tenant));
    const storagePath = await publish(job, 1);
    const { file, ...manifest } = manifestOf(job.id, 1);
    await db.insert(backups).values({
      projectId: tenant.projectId,
      jobId: job.id,
      format: "sql",
      compression: "gzip",
      filename: "f",
      storagePath,
      sizeBytes: 1,
      originalBytes: 1,
      sha256: "0",
      tableCount: 0,
      rowCount: 0,
      durationMs: 0,
      manifest: { ...manifest, file },
    });
    await cleanExport(job, 5);
    expect(await published()).toContain(storagePath);
  });

  it("may be done again and again, and on another machine, which has none of the files", async () => {
    const job = await claim(await startExport(tenant));
    const first = await cleanExport(job, 3);
    expect(first).toEqual({ backendEndedAt: expect.any(Date), filesRemovedAt: expect.any(Date) });
    expect(await cleanExport(job, 3)).toMatchObject({ backendEndedAt: expect.any(Date) });
  });
});
