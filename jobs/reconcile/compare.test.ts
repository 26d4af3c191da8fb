import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { markBackup } from "@/jobs/reconcile/mark";
import { reconciler } from "@/jobs/reconcile/reconcile";
import { removeBackup } from "@/jobs/retention/remove";
import { age, checkedSecondsAgo } from "@/jobs/testing/backup-age";
import { makeBackup, reconcile, stateOf } from "@/jobs/testing/backup-rows";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { type Backup, backupsOf } from "@/jobs/testing/export-job";
import { home } from "@/jobs/testing/published-file";
import { fileOf } from "@/jobs/testing/restore";
import { makeTenant, sessions, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

const control = () => sessions(testEnv.controlUrl);

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
    const round = reconciler(home(), 500);
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
    const real = home();
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
    const real = home();
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

  it("calls nothing missing when the whole home is away", async () => {
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
