import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies, destinations } from "@/db/schema";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { openDestination } from "@/jobs/destination/open";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { unique } from "@/jobs/testing/tenant";

givenControlPlane();

it("removes all copies of deleted backups in one round, however many a night has left", async () => {
  const folder = path.join(testEnv.folder, `vault-${unique()}`);
  const settings = { kind: "local" as const, folder };
  await openDestination(settings).prepare();
  const [place] = await db
    .insert(destinations)
    .values({ name: folder, kind: "local", settings, checkedAt: new Date() })
    .returning();
  await mkdir(path.join(folder, "acme"), { recursive: true });
  const names = Array.from({ length: 130 }, (_, n) => `acme/${n}.dump`);
  for (const name of names) await writeFile(path.join(folder, name), "bytes");
  const copies = names.map((name) => ({
    name,
    destinationId: place?.id ?? "",
    status: "stored" as const,
    sizeBytes: 5,
  }));
  await db.insert(backupCopies).values(copies);
  await lookAfterDestinations(new AbortController().signal);
  expect(await db.select({ name: backupCopies.name }).from(backupCopies)).toEqual([]);
  expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".dump"))).toEqual([]);
});
