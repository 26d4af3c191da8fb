import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies, backups } from "@/db/schema";
import { announceStale } from "@/jobs/notification/stale";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addCopy } from "@/jobs/testing/copies";
import { aboutsOf, addChannel, notificationsOf, webhook } from "@/jobs/testing/notification";
import { makeSchema, registerTenant } from "@/jobs/testing/tenant";

givenControlPlane();

describe("a project without a good backup", () => {
  const age = (id: string, hours: number) =>
    db
      .update(backups)
      .set({ createdAt: sql`now() - make_interval(hours => ${hours})` })
      .where(eq(backups.id, id));

  it("is told once, until it has another one that grows old as well", async () => {
    const shop = await registerTenant(await makeSchema({ tables: 0 }));
    const rule = { event: "backup_stale" as const, projectId: shop.projectId, staleHours: 24 };
    const channel = await addChannel(webhook, [rule]);
    const { backup } = await makeBackup(shop);
    await age(backup.id, 23);
    await announceStale();
    expect(await aboutsOf(channel)).toEqual([]);
    await age(backup.id, 25);
    await Promise.all([announceStale(), announceStale()]);
    await announceStale();
    expect(await notificationsOf(channel)).toMatchObject([
      { facts: { staleHours: 24, last: { backupId: backup.id } } },
    ]);
    const { backup: next } = await makeBackup(shop);
    await announceStale();
    expect(await aboutsOf(channel)).toHaveLength(1);
    await age(next.id, 24);
    await db.update(backups).set({ status: "corrupt" }).where(eq(backups.id, next.id));
    await announceStale();
    expect(await aboutsOf(channel), "the last good one is the first again").toHaveLength(2);
    await announceStale();
    expect(await aboutsOf(channel)).toHaveLength(2);
    await db.update(backups).set({ status: "available" }).where(eq(backups.id, next.id));
    await announceStale();
    expect(await aboutsOf(channel)).toHaveLength(3);
  });

  it("follows the rule for the project before the one for all", async () => {
    const shop = await registerTenant(await makeSchema({ tables: 0 }));
    const channel = await addChannel(webhook, [
      { event: "backup_stale", staleHours: 24 },
      { event: "backup_stale", projectId: shop.projectId, staleHours: 72 },
    ]);
    const { backup } = await makeBackup(shop);
    await age(backup.id, 48);
    await announceStale();
    expect((await notificationsOf(channel)).filter(({ projectId }) => projectId === shop.projectId)).toEqual([]);
    await age(backup.id, 73);
    await announceStale();
    expect((await notificationsOf(channel)).filter(({ projectId }) => projectId === shop.projectId)).toHaveLength(1);
  });

  it("is one whose last backup is whole nowhere, whatever its status", async () => {
    const shop = await registerTenant(await makeSchema({ tables: 0 }));
    const channel = await addChannel(webhook, [{ event: "backup_stale", projectId: shop.projectId, staleHours: 24 }]);
    const { backup: old } = await makeBackup(shop);
    await age(old.id, 48);
    const { backup } = await makeBackup(shop);
    const copy = await addCopy(backup, {});
    await db.update(backups).set({ status: "missing" }).where(eq(backups.id, backup.id));
    await announceStale();
    expect(await aboutsOf(channel), "a copy of it is stored").toEqual([]);
    await db.update(backups).set({ status: "available", movedAt: sql`now()` }).where(eq(backups.id, backup.id));
    await db.update(backupCopies).set({ status: "missing" }).where(eq(backupCopies.id, copy.id));
    await announceStale();
    expect(await notificationsOf(channel)).toMatchObject([{ facts: { last: { backupId: old.id } } }]);
  });

  it("is told that it has none at all", async () => {
    const shop = await registerTenant(await makeSchema({ tables: 0 }));
    const channel = await addChannel(webhook, [{ event: "backup_stale", projectId: shop.projectId, staleHours: 1 }]);
    await db.execute(
      sql`update control_plane.projects set created_at = now() - interval '2 hours' where id = ${shop.projectId}`,
    );
    await announceStale();
    expect(await notificationsOf(channel)).toMatchObject([{ facts: { last: null } }]);
  });
});
