import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { and, eq, like, ne, sql } from "drizzle-orm";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { auditEvents, backups, jobs } from "@/db/schema";
import type { Home } from "@/jobs/home/home";
import { reconciler } from "@/jobs/reconcile/reconcile";
import { removeBackup } from "@/jobs/retention/remove";
import { makeBackup, reconcile } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { published } from "@/jobs/testing/leftovers";
import { home, publishFile } from "@/jobs/testing/published-file";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant();
});
afterEach(() => vi.restoreAllMocks());

/** The real home, and how often each file was read and each stat was taken. */
function counted(): { home: Home; reads: string[]; stats: string[] } {
  const real = home();
  const [reads, stats]: [string[], string[]] = [[], []];
  return {
    reads,
    stats,
    home: {
      ...real,
      read(file) {
        reads.push(file);
        return real.read(file);
      },
      stat(file) {
        stats.push(file);
        return real.stat(file);
      },
    },
  };
}

const strays = "files in the backup folder are of no backup, and not known to be ours: they are left alone";

describe("the reconciler", () => {
  it("tells once of a stray file, and reads one only once that is not what its sidecar says", async () => {
    const warn = vi.spyOn(log, "warn");
    const told = () => warn.mock.calls.filter(([, message]) => message === strays).map(([what]) => what);
    const file = await publishFile(tenant, { job: { id: randomUUID(), fence: 1 }, name: `${unique()}.dump` });
    await writeFile(path.join(testEnv.backupDir, file), "WHOLE");
    await writeFile(path.join(testEnv.backupDir, "notes.txt"), "theirs");
    const { home, reads } = counted();
    const round = reconciler(home, 1e9);
    const { signal } = new AbortController();
    await round(signal);
    expect(told()).toEqual([]);
    for (let i = 0; i < 3; i++) await round(signal);
    expect(told()).toEqual([{ count: 2, files: expect.arrayContaining([file, "notes.txt"]) }]);
    expect(reads).toEqual([file]);
    await home.remove(file);
    await rm(path.join(testEnv.backupDir, "notes.txt"));
  });

  it("is at work as soon as a worker is", async () => {
    const [lost, gone] = [await makeBackup(tenant), await makeBackup(tenant)];
    await db.delete(backups).where(eq(backups.id, lost.backup.id));
    await rm(path.join(testEnv.backupDir, gone.backup.storagePath));
    await using _ = await startWorkerProcess();
    const missing = async () => (await backupsOf(gone.job.id))[0]?.status === "missing";
    await waitFor(missing, { what: "a missing backup" });
    const [adopted] = await waitFor(
      async () => {
        const rows = await backupsOf(lost.job.id);
        return rows.length > 0 && rows;
      },
      { what: "a lost backup" },
    );
    for (const { storagePath } of [lost.backup, gone.backup]) await home().remove(storagePath);
    for (const id of [adopted?.id ?? "", gone.backup.id]) await db.delete(backups).where(eq(backups.id, id));
  });

  it("keeps files and rows together while exports, deletions and other reconcilers go on", async () => {
    const tenant = await makeTenant();
    await using _ = await startWorkerProcess();
    const { signal } = new AbortController();
    let over = false;
    const reconcilers = [1, 2, 3].map(async () => {
      const round = reconciler(home(), 1e9);
      while (!over) await round(signal);
    });
    const deleted: string[] = [];
    const kept: string[] = [];
    const work = Array.from({ length: 16 }, async (_, i) => {
      const id = await startExport(tenant, { format: "custom", storagePath: `deep/${i % 3}` });
      expect((await jobAtEnd(id)).status).toBe("completed");
      const [backup] = await backupsOf(id);
      if (i % 2) return kept.push(id);
      await db.transaction((tx) => removeBackup(tx, byCoffer, { id: backup?.id ?? "", action: "backup.deleted" }));
      return deleted.push(id);
    });
    await Promise.all(work);
    over = true;
    await Promise.all(reconcilers);
    await reconcile();
    expect((await Promise.all(deleted.map(backupsOf))).flat()).toEqual([]);
    const rows = (await Promise.all(kept.map(backupsOf))).flat();
    expect(rows.map(({ status }) => status)).toEqual(kept.map(() => "available"));
    const files = rows.flatMap(({ storagePath }) => [storagePath, `${storagePath}.manifest.json`]);
    expect((await published()).filter((file) => file.startsWith(tenant.slug))).toEqual(files.sort());
    const ofTenant = eq(auditEvents.projectId, tenant.projectId);
    const events = await db.select({ action: auditEvents.action }).from(auditEvents).where(ofTenant);
    expect(new Set(events.map(({ action }) => action))).toEqual(new Set(["backup.deleted"]));
  });

  it("works through thousands of files in no time, and looks twice only at what differs", async () => {
    const count = 2000;
    const { backup, job } = await makeBackup(tenant, "thousands");
    const folder = path.join(testEnv.backupDir, "many");
    await mkdir(folder);
    const { home: counting, reads, stats } = counted();
    const sidecar = await counting.readSidecar(backup.storagePath);
    for (let n = 0; n < count; n++) {
      await writeFile(path.join(folder, `${n}.dump`), "thousands");
      await writeFile(path.join(folder, `${n}.dump.manifest.json`), sidecar ?? "");
    }
    await db.execute(sql`with made as (
        insert into ${jobs} (kind, status, project_id, options, finished_at)
        select kind, status, project_id, options, finished_at from ${jobs}, generate_series(1, ${count})
          where id = ${job.id} returning id)
      insert into ${backups} (project_id, job_id, format, compression, filename, storage_path, size_bytes, original_bytes,
          sha256, table_count, row_count, duration_ms, manifest)
      select b.project_id, m.id, b.format, b.compression, b.filename, 'many/' || m.n - 1 || '.dump', b.size_bytes,
          b.original_bytes, b.sha256, b.table_count, b.row_count, b.duration_ms, b.manifest
        from ${backups} b, (select id, row_number() over () as n from made) m where b.id = ${backup.id}`);
    for (const n of [7, 1999]) await rm(path.join(folder, `${n}.dump`));
    await writeFile(path.join(folder, "1000.dump"), "longer than it was");
    const begun = performance.now();
    await reconciler(counting, 1e9)(new AbortController().signal);
    expect(performance.now() - begun).toBeLessThan(3000);
    expect(stats.sort()).toEqual(["many/1000.dump", "many/1999.dump", "many/7.dump"]);
    expect(reads).toEqual([]);
    const bad = await db.select().from(backups).where(ne(backups.status, "available"));
    expect(bad.map(({ storagePath }) => storagePath).sort()).toEqual(stats);

    // All of them due at once are read as far as the allowance goes.
    await db
      .update(backups)
      .set({ checkedAt: sql`now() - interval '2 days'` })
      .where(and(eq(backups.status, "available"), like(backups.storagePath, "many/%")));
    await reconciler(counting, 900)(new AbortController().signal);
    expect(reads).toHaveLength(100);
  });
});
