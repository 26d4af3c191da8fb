import { mkdir, readFile, rename, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { auditEvents, backups } from "@/db/schema";
import { markBackup } from "@/jobs/reconcile/mark";
import { reconciler } from "@/jobs/reconcile/reconcile";
import { removeBackup } from "@/jobs/retention/remove";
import { makeBackup, reconcile, stateOf } from "@/jobs/testing/backup-rows";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { type Backup, backupsOf } from "@/jobs/testing/export-job";
import { destination } from "@/jobs/testing/published-file";
import { fileOf } from "@/jobs/testing/restore";
import { makeTenant, sessions, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

const control = () => sessions(testEnv.controlUrl);

/** Lets a backup look as if its bytes were last read, and written, so many hours ago. */
async function age({ id, ...backup }: Backup, hours: number) {
  const time = new Date(Date.now() - hours * 3_600_000);
  await utimes(fileOf({ id, ...backup }), time, time).catch(() => {});
  await db.update(backups).set({ checkedAt: time }).where(eq(backups.id, id));
}

async function checkedSecondsAgo({ id }: Backup): Promise<number> {
  const [row] = await db
    .select({ seconds: sql<number>`extract(epoch from now() - ${backups.checkedAt})::float8` })
    .from(backups)
    .where(eq(backups.id, id));
  return row?.seconds ?? Number.NaN;
}

const faults: [what: string, status: string, fault: (file: string) => Promise<unknown>][] = [
  ["is gone", "missing", (file) => rename(file, `${file}.away`)],
  ["is gone with its folder", "missing", (file) => rename(path.dirname(file), `${path.dirname(file)}.away`)],
  ["was edited in place", "corrupt", (file) => writeFile(file, "BYTES", { flag: "r+" })],
  ["was cut short", "corrupt", (file) => truncate(file, 3)],
  ["was emptied", "corrupt", (file) => truncate(file, 0)],
  ["grew", "corrupt", (file) => writeFile(file, "more", { flag: "a" })],
  [
    "became a link to the same bytes",
    "corrupt",
    async (file) => {
      await rename(file, `${file}.away`);
      await symlink(`${file}.away`, file);
    },
  ],
  [
    "became a folder",
    "corrupt",
    async (file) => {
      await rm(file);
      await mkdir(file);
    },
  ],
];

describe("a backup whose file", () => {
  it.each(faults)("%s is %s, once, and is found again when it is put back", async (_, status, fault) => {
    const own = await makeTenant({ tables: 0 });
    const { backup } = await makeBackup(own);
    const [file, bytes] = [fileOf(backup), await readFile(fileOf(backup))];
    await reconcile();
    expect(await stateOf(backup.id)).toEqual({ status: "available", events: [] });
    await age(backup, 1);
    await fault(file);
    await reconcile();
    await reconcile();
    expect(await stateOf(backup.id)).toEqual({ status, events: [`backup.${status}`] });

    await rm(file, { recursive: true, force: true });
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
    await reconcile();
    expect((await stateOf(backup.id)).status).toBe("available");
    expect((await stateOf(backup.id)).events.at(-1)).toBe("backup.found");
    const [event] = await db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.subjectId, backup.id))
      .orderBy(auditEvents.id);
    expect(event).toMatchObject({
      actorId: null,
      address: null,
      projectId: own.projectId,
      details: { filename: backup.filename, before: "available", because: expect.any(String) },
    });
  });

  it("is put back with other bytes is not found again", async () => {
    const { backup } = await makeBackup(tenant, "the right bytes");
    await rm(fileOf(backup));
    await reconcile();
    await writeFile(fileOf(backup), "the wrong bytes");
    await reconcile();
    await reconcile();
    expect(await stateOf(backup.id)).toEqual({ status: "corrupt", events: ["backup.missing", "backup.corrupt"] });
  });

  it("has rotted is found out once its bytes are due to be read, and not before", async () => {
    const { backup } = await makeBackup(tenant, "the right bytes");
    await writeFile(fileOf(backup), "the wrong bytes");
    await age(backup, 20);
    await db.update(backups).set({ checkedAt: sql`now() - interval '19 hours'` }).where(eq(backups.id, backup.id));
    await reconcile();
    expect(await stateOf(backup.id)).toEqual({ status: "available", events: [] });
    await age(backup, 26);
    await db.update(backups).set({ checkedAt: sql`now() - interval '25 hours'` }).where(eq(backups.id, backup.id));
    await reconcile();
    expect(await stateOf(backup.id)).toEqual({ status: "corrupt", events: ["backup.corrupt"] });
    expect(await checkedSecondsAgo(backup)).toBeLessThan(60);
  });
});

describe("reading", () => {
  it("goes by what was not read for longest, and takes from later rounds what it used up", async () => {
    const own = await makeTenant({ tables: 0 });
    const made: Backup[] = [];
    for (const hours of [30, 50, 40]) {
      const { backup } = await makeBackup(own, "x".repeat(1000));
      await age(backup, hours);
      made.push(backup);
    }
    await reconcile(1);
    const isRead = async () => (await Promise.all(made.map(checkedSecondsAgo))).map((seconds) => seconds < 3600);
    expect(await isRead()).toEqual([false, true, false]);
    const round = reconciler(destination(), 500);
    const { signal } = new AbortController();
    await round(signal);
    expect(await isRead()).toEqual([false, true, true]);
    await round(signal);
    expect(await isRead()).toEqual([false, true, true]);
    await round(signal);
    expect(await isRead()).toEqual([true, true, true]);
  });

  it("that is broken off leaves the file to the next round", async () => {
    const { backup } = await makeBackup(tenant, "x".repeat(3_000_000));
    await age(backup, 30);
    const stopping = new AbortController();
    const real = destination();
    const stopped = reconciler(
      {
        ...real,
        async *read(file) {
          for await (const piece of real.read(file)) {
            stopping.abort();
            yield piece;
          }
        },
      },
      1e9,
    );
    await expect(stopped(stopping.signal)).rejects.toThrow("abort");
    expect(await checkedSecondsAgo(backup)).toBeGreaterThan(29 * 3600);
  });
});

describe("a comparison", () => {
  it("by two workers at once writes each thing down once", async () => {
    const own = await makeTenant({ tables: 0 });
    const made: Backup[] = [];
    for (let i = 0; i < 30; i++) made.push((await makeBackup(own)).backup);
    for (const backup of made) await age(backup, 1);
    const odd = made.filter((_, i) => i % 2);
    for (const backup of odd) await writeFile(fileOf(backup), "BYTES", { flag: "r+" });
    for (const backup of made.filter((_, i) => i % 2 === 0)) await rm(fileOf(backup));
    await Promise.all(Array.from({ length: 4 }, () => reconcile()));
    for (const backup of made) {
      const status = odd.includes(backup) ? "corrupt" : "missing";
      expect(await stateOf(backup.id)).toEqual({ status, events: [`backup.${status}`] });
    }
  });

  it("says nothing of a backup that is being deleted", async () => {
    const { backup, job } = await makeBackup(tenant);
    const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>();
    const { promise: removed, resolve: isRemoved } = Promise.withResolvers<void>();
    const deleting = db.transaction(async (tx) => {
      await removeBackup(tx, byCoffer, { id: backup.id, action: "backup.deleted" });
      isRemoved();
      await mayCommit;
    });
    await removed;
    const comparing = reconcile();
    await waitingForLock("coffer", control());
    commit();
    await Promise.all([deleting, comparing]);
    expect(await backupsOf(job.id)).toEqual([]);
    expect((await stateOf(backup.id)).events).toEqual(["backup.deleted"]);
  });

  it("says nothing of a backup that was made while it went on", async () => {
    const real = destination();
    let made: Backup | undefined;
    const round = reconciler(
      {
        ...real,
        async *list() {
          yield* real.list();
          made = (await makeBackup(tenant)).backup;
        },
      },
      1e9,
    );
    await round(new AbortController().signal);
    expect(await stateOf(made?.id ?? "")).toEqual({ status: "available", events: [] });
  });

  it("does not overrule what another worker has found out meanwhile", async () => {
    const { backup } = await makeBackup(tenant);
    await using other = await blocking(
      testEnv.controlUrl,
      `update control_plane.backups set checked_at = now() + interval '1 second' where id = '${backup.id}'`,
    );
    const marking = markBackup(backup, { status: "missing", because: "it was gone a while ago" });
    await waitingForLock("coffer", control());
    await other.commit();
    await marking;
    expect(await stateOf(backup.id)).toEqual({ status: "available", events: [] });
  });

  it("calls nothing missing when the whole destination is away", async () => {
    const { backup } = await makeBackup(tenant);
    const away = `${testEnv.backupDir}.away`;
    await rename(testEnv.backupDir, away);
    await reconcile();
    await mkdir(testEnv.backupDir);
    await reconcile();
    await rm(testEnv.backupDir, { recursive: true });
    await rename(away, testEnv.backupDir);
    await reconcile();
    expect(await stateOf(backup.id)).toEqual({ status: "available", events: [] });
  });
});
