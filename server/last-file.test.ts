import { existsSync } from "node:fs";
import { eq } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { controlPlane, db } from "@/db/client";
import { backupCopies, backups } from "@/db/schema";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addCopy, addFolder, callUnhealthy } from "@/jobs/testing/copies";
import { testEnv } from "@/jobs/testing/env";
import type { Backup } from "@/jobs/testing/export-job";
import { fileOf } from "@/jobs/testing/restore";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { createCaller } from "@/server/root";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";
import { inTheNameOf } from "@/server/trpc";

givenControlPlane();
givenApi();

let tenant: Tenant;
let admin: Person;
beforeEach(async () => {
  tenant = await registerTenant(await makeSchema({ tables: 0 }));
  admin = await addPerson({ role: "admin" });
});

type Home = Partial<Pick<Backup, "status" | "movedAt">>;

/** What has become of the file of a backup in the backup folder, so that a copy may be all that is left. */
const losses: [string, Home][] = [
  ["was moved away", { movedAt: new Date() }],
  ["is missing", { status: "missing" }],
  ["is corrupt", { status: "corrupt" }],
];

async function backupOf(home: Home): Promise<Backup> {
  const { backup } = await makeBackup(tenant);
  if (Object.keys(home).length > 0) await db.update(backups).set(home).where(eq(backups.id, backup.id));
  return backup;
}

const removeCopy = async ({ id }: Backup, folder: { id: string }) =>
  (await call(`DELETE /api/v1/backups/${id}/copies/${folder.id}`, { as: admin })).status;
const removePlace = (folder: { id: string }) =>
  call(`DELETE /api/v1/destinations/${folder.id}?forget_copies=true`, { as: admin });

describe.each(losses)("the last whole file of a backup whose own file %s", (_, home) => {
  it("is neither removed nor forgotten, until there is another", async () => {
    const [backup, folder, other] = [await backupOf(home), await addFolder(), await addFolder()];
    await addCopy(backup, { folder });
    const lost = await addCopy(backup, { folder: other, status: "corrupt" });
    expect(await removeCopy(backup, folder)).toBe(409);
    expect(await removePlace(folder)).toMatchObject({ status: 409, body: { code: "DESTINATION_IN_USE" } });
    const use = await call(`GET /api/v1/destinations/${folder.id}/use`, { as: admin });
    expect(use.body).toMatchObject({ copies: 1, only_copies: 1 });

    await db.update(backupCopies).set({ status: "stored" }).where(eq(backupCopies.id, lost.id));
    expect(await removeCopy(backup, folder)).toBe(204);
    expect(await removePlace(folder)).toMatchObject({ status: 204 });
    expect(await removeCopy(backup, other)).toBe(409);
  });
});

it("a copy is the last whole file while the destination of the other does not work", async () => {
  const [backup, folder, other] = [await backupOf({ movedAt: new Date() }), await addFolder(), await addFolder()];
  for (const at of [folder, other]) await addCopy(backup, { folder: at });
  await callUnhealthy(other.id);
  expect(await removeCopy(backup, folder)).toBe(409);
  expect(await removePlace(folder)).toMatchObject({ status: 409, body: { code: "DESTINATION_IN_USE" } });
  await callUnhealthy(other.id, null);
  expect(await removeCopy(backup, folder)).toBe(204);
});

describe("a file that goes at the same time as another", () => {
  /** Somebody has removed this copy, and not committed yet; then somebody else tries, and waits for that. */
  async function meanwhile<T>(copy: { id: string; backupId: string | null }, attempt: () => Promise<T>): Promise<T> {
    const lock = `select from control_plane.backups where id = '${copy.backupId}' for no key update`;
    const removal = `update control_plane.backup_copies set backup_id = null where id = '${copy.id}'`;
    await using other = await blocking(testEnv.controlUrl, `${lock}; ${removal}`);
    const answer = attempt();
    await Promise.race([answer, waitingForLock("coffer", controlPlane().client)]);
    await other.commit();
    return answer;
  }

  it("stays, be it a copy, all copies of a destination, or the backup's own file", async () => {
    for (const attempt of [
      removeCopy,
      async (_: Backup, folder: { id: string }) => (await removePlace(folder)).status,
    ]) {
      const [backup, folder] = [await backupOf({ movedAt: new Date() }), await addFolder()];
      await addCopy(backup, { folder });
      expect(await meanwhile(await addCopy(backup, {}), () => attempt(backup, folder))).toBe(409);
    }
    const backup = await backupOf({});
    const giveUp = () => call(`POST /api/v1/backups/${backup.id}/give-up-file`, { as: admin });
    expect(await meanwhile(await addCopy(backup, {}), giveUp)).toMatchObject({ status: 409 });
    expect(existsSync(fileOf(backup))).toBe(true);
  });
});

it("a copy goes while the backup's own file is there", async () => {
  const [backup, folder] = [await backupOf({}), await addFolder()];
  await addCopy(backup, { folder });
  expect(await removeCopy(backup, folder)).toBe(204);
});

it("a backup is good while a whole file of it is anywhere, for a project and in figures", async () => {
  const caller = createCaller(inTheNameOf({ id: admin.id, email: admin.email, name: "x", role: "admin" }));
  const lastOf = async () => {
    const { lastBackup } = await caller.project.get({ projectId: tenant.projectId });
    const listed = (await caller.project.list()).find(({ id }) => id === tenant.projectId);
    expect(listed?.lastBackup).toEqual(lastBackup);
    return lastBackup?.id;
  };
  const figures = async () => {
    const { lastBackupAt, brokenCount } = await caller.stats.status({ projectId: tenant.projectId });
    return { last: lastBackupAt, broken: brokenCount };
  };
  const old = await backupOf({});
  for (const [what, home] of losses) {
    const backup = await backupOf(home);
    const copy = await addCopy(backup, {});
    expect([await lastOf(), await figures()], what).toEqual([backup.id, { last: backup.createdAt, broken: 0 }]);
    await db.update(backupCopies).set({ status: "missing" }).where(eq(backupCopies.id, copy.id));
    expect([await lastOf(), await figures()], what).toEqual([old.id, { last: old.createdAt, broken: 1 }]);
    await db.delete(backups).where(eq(backups.id, backup.id));
  }
});
