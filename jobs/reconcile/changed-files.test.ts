import { mkdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backups } from "@/db/schema";
import { age, checkedSecondsAgo } from "@/jobs/testing/backup-age";
import { makeBackup, reconcile, stateOf } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { fileOf } from "@/jobs/testing/restore";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

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
