import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backups, databases, jobs } from "@/db/schema";
import { reconciler } from "@/jobs/reconcile/reconcile";
import { type Listed, makeBackup, reconcile, stateOf } from "@/jobs/testing/backup-rows";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { backupsOf, jobOf } from "@/jobs/testing/export-job";
import { home, type Made, publishFile } from "@/jobs/testing/published-file";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

const publish = (made: Partial<Made>) =>
  publishFile(tenant, { job: { id: randomUUID(), fence: 1 }, name: `${unique()}.sql.gz`, ...made });

async function forget({ backup, job }: Listed, { jobToo = false } = {}) {
  await db.delete(backups).where(eq(backups.id, backup.id));
  if (jobToo) await db.delete(jobs).where(eq(jobs.id, job.id));
}

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
    const real = home();
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
