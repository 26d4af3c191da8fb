import { randomUUID } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import { cleanExport } from "@/jobs/export-backup/clean";
import { described } from "@/jobs/export-backup/described";
import { backupFilename } from "@/jobs/export-backup/filename";
import { sweepUnfinished } from "@/jobs/export-backup/sweep";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import { failJob, giveBack } from "@/jobs/lifecycle/finish";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { claim, startExport } from "@/jobs/testing/export-job";
import { published } from "@/jobs/testing/leftovers";
import { home, manifestBeside, publishFile } from "@/jobs/testing/published-file";
import { makeTenant, sessions, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

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

const publish = (job: ClaimedJob, fence: number, name = nameOf(job)) =>
  publishFile(tenant, { job: { id: job.id, fence }, name });

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

  it("leaves a file alone that took the name of one that another worker has removed just now", async () => {
    const [job, other] = [await claim(await startExport(tenant)), await claim(await startExport(tenant))];
    const file = await publish(job, 1);
    await using remover = await blocking(
      testEnv.controlUrl,
      `select pg_advisory_xact_lock(hashtextextended('unlisted:${file}', 0))`,
    );
    const cleaning = cleanExport(job, 1);
    await waitingForLock("coffer", sessions(testEnv.controlUrl));
    await home().remove(file);
    expect(await publish(other, 1, nameOf(job))).toBe(file);
    await remover.commit();
    await cleaning;
    expect(await published()).toEqual(expect.arrayContaining([file, `${file}.manifest.json`]));
  });

  it("leaves a file alone that is listed", async () => {
    const job = await claim(await startExport(tenant));
    const storagePath = await publish(job, 1);
    await db.insert(backups).values({
      ...described(await manifestBeside(storagePath), storagePath),
      projectId: tenant.projectId,
      jobId: job.id,
      durationMs: 0,
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
