import { eq } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { backupCopies, backups } from "@/db/schema";
import { planCleanup, removeAll } from "@/jobs/retention/clean-up";
import type { Policy } from "@/jobs/retention/plan";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addCopy, callUnhealthy } from "@/jobs/testing/copies";
import type { Backup } from "@/jobs/testing/export-job";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();

let tenant: Tenant;
beforeEach(async () => {
  tenant = await registerTenant(await makeSchema({ tables: 0 }));
});

/** A backup of so many days ago, changed like that. */
async function backupOf(days: number, changes: Partial<Backup> = {}): Promise<Backup> {
  const { backup } = await makeBackup(tenant);
  const createdAt = new Date(Date.now() - days * 86_400_000);
  await db
    .update(backups)
    .set({ createdAt, ...changes })
    .where(eq(backups.id, backup.id));
  return backup;
}

const plan = async (policy: Policy) => (await planCleanup(eq(backups.projectId, tenant.projectId), policy)).backups;
const goneBy = async (policy: Policy) => (await plan(policy)).flatMap(({ id, keep }) => (keep ? [] : [id]));
const moved = { movedAt: new Date() };

describe("a cleanup", () => {
  it("takes a backup whose file here is lost for good while a copy of it is stored", async () => {
    const [missing, corrupt] = [await backupOf(0, { status: "missing" }), await backupOf(1, { status: "corrupt" })];
    for (const backup of [missing, corrupt]) await addCopy(backup, {});
    const lost = await backupOf(2, { status: "missing" });
    await addCopy(lost, { status: "corrupt" });
    const alone = await backupOf(3, { status: "corrupt" });
    expect(await goneBy({ deleteFailed: true })).toEqual([lost.id, alone.id]);
    expect(await plan({ keepCount: 2, deleteFailed: true })).toMatchObject([
      { id: missing.id, reasons: ["the last good one"] },
      { id: corrupt.id, reasons: ["one of the newest 2"] },
      { keep: false },
      { keep: false },
    ]);
  });

  it("takes one that was moved away for lost when its last copy is, and keeps the last good one before it", async () => {
    const lost = await backupOf(0, moved);
    await addCopy(lost, { status: "missing" });
    const good = await backupOf(1, moved);
    await addCopy(good, {});
    await addCopy(good, { status: "missing" });
    const older = await backupOf(2);
    expect(await plan({ keepCount: 1 })).toMatchObject([
      { id: lost.id, keep: true, reasons: ["no whole file of it is left, which no rule is about"] },
      { id: good.id, keep: true, reasons: ["the last good one"] },
      { id: older.id, keep: false },
    ]);
    expect(await goneBy({ keepCount: 1, deleteFailed: true })).toEqual([lost.id, older.id]);
  });

  it("takes one for lost only when its copy has been missing for a week", async () => {
    const [lately, lost] = [await backupOf(0, moved), await backupOf(1, moved)];
    const since = (days: number) => new Date(Date.now() - days * 86_400_000);
    for (const [backup, days] of [
      [lately, 6],
      [lost, 8],
    ] as const) {
      const { id } = await addCopy(backup, { status: "missing" });
      await db
        .update(backupCopies)
        .set({ missingSince: since(days) })
        .where(eq(backupCopies.id, id));
    }
    expect(await goneBy({ deleteFailed: true })).toEqual([lost.id]);
    // Nor when it is made anew in vain.
    await db.update(backupCopies).set({ status: "pending" }).where(eq(backupCopies.backupId, lately.id));
    expect(await goneBy({ deleteFailed: true })).toEqual([lost.id]);
  });

  it("keeps the last one that can be had while the destination of newer ones is away", async () => {
    const [newest, here, older] = [await backupOf(0, moved), await backupOf(1), await backupOf(2)];
    const { destinationId } = await addCopy(newest, {});
    expect(await goneBy({ keepCount: 1 })).toEqual([here.id, older.id]);
    await callUnhealthy(destinationId);
    expect(await plan({ keepCount: 1 })).toMatchObject([
      { id: newest.id, reasons: ["the last good one"] },
      { id: here.id, keep: true, reasons: ["the last one whose file can be had now"] },
      { id: older.id, keep: false },
    ]);
  });

  it("keeps the last one that was restored, when files of newer ones were read only", async () => {
    const verifiedAt = new Date();
    const [newest, restored] = [
      await backupOf(0, { verifiedAt, verifiedLevel: "archive" }),
      await backupOf(1, { verifiedAt, verifiedLevel: "restore" }),
    ];
    const older = await backupOf(2, { verifiedAt, verifiedLevel: "restore" });
    expect(await plan({ keepCount: 1 })).toMatchObject([
      { id: newest.id, keep: true },
      { id: restored.id, keep: true, reasons: ["the last one proven by a restore"] },
      { id: older.id, keep: false },
    ]);
  });

  it("leaves a lost one that is good again by the time it would go", async () => {
    const [found, copied, lost] = [
      await backupOf(0, { status: "missing" }),
      await backupOf(1, { status: "missing" }),
      await backupOf(2, { status: "missing" }),
    ];
    const given = await plan({ deleteFailed: true });
    expect(given).toMatchObject([{ keep: false }, { keep: false }, { keep: false }]);
    await db.update(backups).set({ status: "available" }).where(eq(backups.id, found.id));
    await addCopy(copied, {});
    expect(await removeAll(byCoffer, given)).toEqual([lost.id]);
  });
});
