import path from "node:path";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { backupCopies, destinations, jobs } from "@/db/schema";
import { startCopy } from "@/jobs/backup-copy/start";
import { isSamePlace } from "@/jobs/destination/same-place";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addCopy, addDestination, addFolder } from "@/jobs/testing/copies";
import { testEnv } from "@/jobs/testing/env";
import type { Backup } from "@/jobs/testing/export-job";
import { makeSchema, registerTenant, unique } from "@/jobs/testing/tenant";
import { holdUnused, requireCopiesAt } from "@/server/destination-use";

givenControlPlane();
let backup: Backup;
beforeAll(async () => {
  ({ backup } = await makeBackup(await registerTenant(await makeSchema({ tables: 0 }))));
});

const bot = {
  kind: "telegram" as const,
  botToken: `123456:${"a".repeat(40)}`,
  chatId: "-100",
  apiUrl: "https://api.telegram.org",
  uploadMaxBytes: 50_000_000,
  downloadMaxBytes: 20_000_000,
};
const inUse = expect.objectContaining({ code: "DESTINATION_IN_USE" });

describe("a destination that is to be elsewhere", () => {
  it("is so by its folder, its bucket or its chat, and not by its secrets", () => {
    const bucket = { kind: "s3" as const, endpoint: null, region: "a", bucket: "b", prefix: "", pathStyle: true };
    const s3 = { ...bucket, accessKeyId: "x", secretAccessKey: "y" };
    expect(isSamePlace(s3, { ...s3, region: "b", accessKeyId: "z", secretAccessKey: "z", pathStyle: false })).toBe(
      true,
    );
    for (const change of [{ endpoint: "https://s3.example.org" }, { bucket: "c" }, { prefix: "p" }])
      expect(isSamePlace(s3, { ...s3, ...change })).toBe(false);
    expect(isSamePlace(bot, { ...bot, botToken: `123456:${"b".repeat(40)}` })).toBe(true);
    for (const change of [{ chatId: "-200" }, { botToken: `654321:${"a".repeat(40)}` }])
      expect(isSamePlace(bot, { ...bot, ...change })).toBe(false);
  });

  it("is refused where its oldest or newest copy is not found, and where nobody can tell", async () => {
    const folder = await addFolder();
    await addCopy(backup, { folder });
    const other = path.join(testEnv.folder, `vault-${unique()}`);
    await expect(requireCopiesAt({ kind: "local", folder: folder.folder }, folder.id)).resolves.toBeUndefined();
    await expect(requireCopiesAt({ kind: "local", folder: other }, folder.id)).rejects.toEqual(
      expect.objectContaining({ code: expect.stringMatching(/^DESTINATION_(IN_USE|FAILED)$/) }),
    );
  });

  it("is refused for another chat as long as anything is in the one", async () => {
    const { id } = await addDestination(bot);
    const moved = { ...bot, chatId: "-200" };
    await expect(requireCopiesAt(moved, id)).resolves.toBeUndefined();
    // Of a backup that was deleted: it is still to be removed there.
    await db.insert(backupCopies).values({ destinationId: id, name: "x", sizeBytes: 1, locator: { parts: [] } });
    await expect(requireCopiesAt(moved, id)).rejects.toEqual(inUse);
  });

  it("is refused while a copy is on its way", async () => {
    const folder = await addFolder();
    const [row] = await db.select().from(destinations).where(eq(destinations.id, folder.id));
    if (!row) throw new Error("no destination");
    const look = (since = new Date()) => db.transaction((tx) => holdUnused(tx, row, since));
    await expect(look()).resolves.toBeUndefined();
    const job = await db.transaction((tx) => startCopy(tx, byCoffer, { backup, destination: folder }));
    await expect(look()).rejects.toEqual(inUse);
    await db.update(jobs).set({ status: "cancelled", finishedAt: new Date() }).where(eq(jobs.id, job.id));
    await expect(look()).resolves.toBeUndefined();
    // It has come to its end since somebody has looked for copies.
    await db
      .update(backupCopies)
      .set({ status: "stored", sizeBytes: 1, storedAt: new Date() })
      .where(eq(backupCopies.jobId, job.id));
    await expect(look(new Date(Date.now() - 60_000))).rejects.toEqual(inUse);
    await expect(look(new Date(Date.now() + 60_000))).resolves.toBeUndefined();
    // Somebody else was faster.
    await db
      .update(destinations)
      .set({ settings: { kind: "local", folder: "/mnt/other" } })
      .where(eq(destinations.id, folder.id));
    await expect(look()).rejects.toEqual(inUse);
  });
});
