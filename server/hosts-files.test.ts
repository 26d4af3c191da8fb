import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { backups, jobs } from "@/db/schema";
import { homeIdOf } from "@/jobs/home/id";
import { removeBackup } from "@/jobs/retention/remove";
import { makeBackup, reconcile, stateOf } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { backupsOf } from "@/jobs/testing/export-job";
import { home } from "@/jobs/testing/published-file";
import { makeTenant } from "@/jobs/testing/tenant";
import { exported, fileAt, homeOf, otherFolder, roundAt, silentFor } from "@/server/testing/hosts";

givenControlPlane();

describe("hosts with backup folders of their own", () => {
  it("say nothing about the files of others, until those were not seen for a day", async () => {
    const folder = otherFolder();
    const backup = await exported(folder);
    await makeBackup(await makeTenant({ tables: 0 }));
    await reconcile();
    expect(await stateOf(backup.id)).toMatchObject({ status: "available" });
    await silentFor("2 days");
    await reconcile();
    expect(await stateOf(backup.id)).toMatchObject({ status: "missing" });
    await roundAt(folder);
    expect(await stateOf(backup.id)).toMatchObject({ status: "available" });
  });

  it("remove the file of a backup that was deleted elsewhere, and do not list it again", async () => {
    const folder = otherFolder();
    const backup = await exported(folder);
    await db.transaction((tx) => removeBackup(tx, byCoffer, { id: backup.id, action: "backup.deleted" }));
    expect(existsSync(fileAt(folder, backup))).toBe(true);
    await roundAt(folder);
    expect(existsSync(fileAt(folder, backup))).toBe(false);
    expect(await backupsOf(backup.jobId)).toEqual([]);
  });

  it("list a file again that came back after a policy had removed its backup as missing", async () => {
    const folder = otherFolder();
    const backup = await exported(folder);
    await silentFor("2 days");
    await reconcile();
    expect(await stateOf(backup.id)).toMatchObject({ status: "missing" });
    const removal = { id: backup.id, action: "backup.cleaned_up" as const };
    await db.transaction((tx) => removeBackup(tx, byCoffer, removal));
    await roundAt(folder);
    expect(existsSync(fileAt(folder, backup))).toBe(true);
    expect(await backupsOf(backup.jobId)).toMatchObject([{ status: "available", homeId: backup.homeId }]);
  });

  it("keep a file whose folder has just lost its id, whatever has become of its job", async () => {
    const folder = otherFolder();
    const backup = await exported(folder);
    await rm(path.join(folder, ".coffer-home"));
    // As a safety backup of a restore that went wrong.
    await db.update(jobs).set({ status: "failed", errorCode: "restore_failed" }).where(eq(jobs.id, backup.jobId));
    await roundAt(folder);
    expect(existsSync(fileAt(folder, backup))).toBe(true);
    expect(await stateOf(backup.id)).toMatchObject({ status: "available" });
  });

  it("say nothing about files whose place nobody knows, while there are others that may have them", async () => {
    const folder = otherFolder();
    const backup = await exported(folder);
    await db.update(backups).set({ homeId: null }).where(eq(backups.id, backup.id));
    await reconcile();
    expect(await stateOf(backup.id)).toMatchObject({ status: "available" });
    await roundAt(folder);
    expect(await homeOf(backup)).toBe(backup.homeId);
  });

  it("stand in for a file that is not good there, with one that is", async () => {
    const folder = otherFolder();
    const backup = await exported(folder);
    const here = fileAt(testEnv.backupDir, backup);
    await mkdir(path.dirname(here), { recursive: true });
    await cp(`${fileAt(folder, backup)}.manifest.json`, `${here}.manifest.json`);
    await writeFile(here, (await readFile(fileAt(folder, backup))).fill(0, 100, 200));
    await db.update(backups).set({ status: "corrupt" }).where(eq(backups.id, backup.id));
    await reconcile();
    expect(await homeOf(backup)).toBe(backup.homeId);
    await cp(fileAt(folder, backup), here);
    await reconcile();
    expect(await homeOf(backup)).toBe(await homeIdOf(testEnv.backupDir));
    expect(await stateOf(backup.id)).toMatchObject({ status: "available" });
  });

  it("remove what an attempt has left there that another host took over, under the same name", async () => {
    const folder = otherFolder();
    const backup = await exported(folder);
    await using staged = await home().stage({ jobId: backup.jobId, fence: 0 });
    await staged.write(Buffer.from("of the attempt before"));
    const old = JSON.stringify({
      ...(backup.manifest as object),
      job: { id: backup.jobId, fence: 0 },
    });
    expect(await staged.publish(backup.storagePath, () => old)).toBe(backup.storagePath);
    await reconcile();
    expect(existsSync(fileAt(testEnv.backupDir, backup))).toBe(false);
    expect(existsSync(fileAt(folder, backup))).toBe(true);
    expect(await stateOf(backup.id)).toMatchObject({ status: "available" });
  });

  it("know a folder again that has lost its id, by what is in it", async () => {
    const folder = otherFolder();
    const backup = await exported(folder);
    await rm(path.join(folder, ".coffer-home"));
    await silentFor("2 minutes");
    await roundAt(folder);
    expect(await homeOf(backup)).toBe(await homeIdOf(folder));
    expect(await homeOf(backup)).not.toBe(backup.homeId);
  });
});
