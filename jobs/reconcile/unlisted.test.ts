import { randomUUID } from "node:crypto";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backups, databases, jobs } from "@/db/schema";
import { cancelJob, failJob, giveBack } from "@/jobs/lifecycle/finish";
import { reconciler } from "@/jobs/reconcile/reconcile";
import { type Listed, makeBackup, reconcile, stateOf } from "@/jobs/testing/backup-rows";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { backupsOf, cancelExport, claim, jobOf, startExport } from "@/jobs/testing/export-job";
import { published } from "@/jobs/testing/leftovers";
import { destination, type Made, publishFile } from "@/jobs/testing/published-file";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

const sidecarOf = (file: string) => `${file}.manifest.json`;
const absolute = (file: string) => path.join(testEnv.backupDir, file);
const publish = (made: Partial<Made>) =>
  publishFile(tenant, { job: { id: randomUUID(), fence: 1 }, name: `${unique()}.sql.gz`, ...made });

async function forget({ backup, job }: Listed, { jobToo = false } = {}) {
  await db.delete(backups).where(eq(backups.id, backup.id));
  if (jobToo) await db.delete(jobs).where(eq(jobs.id, job.id));
}

/** How each job of a published file may stand. Gives the id. */
const running = () => startExport(tenant).then((id) => claim(id));
const ended = {
  async failed() {
    const job = await running();
    await failJob({ job, report: {} }, { code: "tool_failed", message: "m" });
    return job;
  },
  async cancelled() {
    const job = await running();
    await cancelExport(job.id);
    const gone = { processEndedAt: null, backendEndedAt: null, filesRemovedAt: null };
    await cancelJob({ job, report: {} }, gone);
    return job;
  },
  async "given back"() {
    const job = await running();
    await giveBack(job);
    return job;
  },
  async "taken over"() {
    const job = await running();
    await giveBack(job);
    await claim(job.id);
    return job;
  },
};

describe("a whole file without a row", () => {
  it("is listed again with all that was known of it, as long as its job is", async () => {
    const made = await makeBackup(tenant);
    await forget(made);
    await reconcile();
    await reconcile();
    const [backup, ...more] = await backupsOf(made.job.id);
    expect(more).toEqual([]);
    const { id: _, checkedAt: __, durationMs: ___, ...same } = made.backup;
    expect(backup).toMatchObject({
      ...same,
      createdAt: (await jobOf(made.job.id)).finishedAt,
      createdBy: tester.id,
      description: "of old",
      tags: ["a"],
    });
    expect((await stateOf(backup?.id ?? "")).events).toEqual(["backup.adopted"]);
    const [event] = await db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.subjectId, backup?.id ?? ""));
    expect(event).toMatchObject({ actorId: null, projectId: tenant.projectId, details: { jobId: made.job.id } });
  });

  it("is listed again with a job made from its manifest, once, however many workers find it", async () => {
    const made = await Promise.all(Array.from({ length: 10 }, () => makeBackup(tenant)));
    for (const each of made) await forget(each, { jobToo: true });
    await Promise.all(Array.from({ length: 4 }, () => reconcile()));
    for (const { backup, job } of made) {
      const [again, ...more] = await backupsOf(job.id);
      expect(more).toEqual([]);
      expect(again).toMatchObject({ storagePath: backup.storagePath, sha256: backup.sha256, rowCount: 7 });
      expect(again?.createdAt.toISOString()).toBe("2026-01-29T15:30:07.891Z");
      expect(await jobOf(job.id)).toMatchObject({ status: "completed", fence: 1, projectId: tenant.projectId });
      expect((await stateOf(again?.id ?? "")).events).toEqual(["backup.adopted"]);
    }
  });

  it("is known by the names of its project, when its manifest is of old", async () => {
    const [database] = await db.select().from(databases);
    const job = { id: randomUUID(), fence: 1 };
    await publish({ job, project: { id: undefined, database: database?.name } });
    await reconcile();
    expect(await backupsOf(job.id)).toMatchObject([{ projectId: tenant.projectId }]);
  });

  it("is not listed when it was deleted while it was read", async () => {
    const job = { id: randomUUID(), fence: 1 };
    const file = await publish({ job });
    const real = destination();
    const round = reconciler(
      {
        ...real,
        async *read(name) {
          yield* real.read(name);
          if (name === file) await real.remove(name);
        },
      },
      1e9,
    );
    await round(new AbortController().signal);
    expect(await backupsOf(job.id)).toEqual([]);
    expect(await db.select().from(jobs).where(eq(jobs.id, job.id))).toEqual([]);
  });

  it("waits for a later round when enough was read in this one", async () => {
    const ids = [randomUUID(), randomUUID()];
    for (const id of ids) await publish({ job: { id, fence: 1 } });
    await reconcile(1);
    const listed = async () => (await Promise.all(ids.map(backupsOf))).flat().length;
    expect(await listed()).toBe(1);
    await reconcile(1);
    expect(await listed()).toBe(2);
  });
});

describe("a file that no export will list", () => {
  it.each(Object.entries(ended))("goes with its sidecar, its job %s", async (_, end) => {
    const job = await end();
    const [file, alone] = [await publish({ job: { id: job.id, fence: 1 } }), await publish({ job })];
    await rm(absolute(alone));
    await reconcile();
    const left = await published();
    for (const each of [file, sidecarOf(file), alone, sidecarOf(alone)]) expect(left).not.toContain(each);
  });

  it("stays while its export runs, and so does a sidecar that waits for its file", async () => {
    const job = await running();
    const [file, alone] = [await publish({ job }), await publish({ job })];
    await rm(absolute(alone));
    await reconcile();
    expect(await published()).toEqual(expect.arrayContaining([file, sidecarOf(file), sidecarOf(alone)]));
  });

  it("goes when all that is left of a lost backup is its sidecar; that of a listed one stays", async () => {
    const [lost, listed] = [await makeBackup(tenant), await makeBackup(tenant)];
    await forget(lost);
    for (const { backup } of [lost, listed]) await rm(absolute(backup.storagePath));
    await reconcile();
    const left = await published();
    expect(left).not.toContain(sidecarOf(lost.backup.storagePath));
    expect(left).toContain(sidecarOf(listed.backup.storagePath));
  });
});

describe("what is not ours to judge", () => {
  it("is left alone, byte for byte", async () => {
    const { backup, job } = await makeBackup(tenant);
    const folder = unique();
    await mkdir(absolute(folder));
    await writeFile(absolute(`${folder}/notes.txt`), "theirs");
    await writeFile(absolute(`${folder}/odd.manifest.json`), "not json");
    await symlink("/etc/passwd", absolute(`${folder}/link`));
    await cp(absolute(path.dirname(backup.storagePath)), absolute(`${folder}/copies`), { recursive: true });
    const failed = await ended.failed();
    const folderOfOurs = await publish({ job: failed });
    await rm(absolute(folderOfOurs));
    await mkdir(absolute(folderOfOurs));
    const [database] = await db.select().from(databases);
    await publish({ project: { id: randomUUID(), database: database?.name } });
    await publish({ project: { id: undefined, slug: "unknown" } });
    await publish({ job: { id: failed.id, fence: 7 } });
    await publish({ job: { id: job.id, fence: 1 } });
    await rm(absolute(await publish({})));
    const tampered = await publish({});
    await writeFile(absolute(tampered), "w", { flag: "r+" });
    await writeFile(absolute(tampered), "W", { flag: "r+" });
    await writeFile(absolute(await publish({})), "longer than it was");
    const moved = await publish({});
    for (const each of ["", ".manifest.json"])
      await cp(absolute(moved + each), absolute(`${folder}/renamed.sql.gz${each}`));
    for (const each of ["", ".manifest.json"]) await rm(absolute(moved + each));

    const before = await contents();
    const rows = (await db.select().from(backups)).length;
    await reconcile();
    await reconcile();
    expect(await contents()).toEqual(before);
    expect(await db.select().from(backups)).toHaveLength(rows);
  });
});

async function contents(): Promise<Record<string, string>> {
  const files = await published();
  const texts = await Promise.all(files.map((file) => readFile(absolute(file), "utf8")));
  return Object.fromEntries(files.map((file, i) => [file, texts[i] ?? ""]));
}
