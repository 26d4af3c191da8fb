import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies } from "@/db/schema";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addDestination, addFolder } from "@/jobs/testing/copies";
import { startS3Server } from "@/jobs/testing/s3-server";

givenControlPlane();

const round = () => lookAfterDestinations(new AbortController().signal);

/** So many copies at a destination whose backups are gone, the oldest first. */
async function addOrphans(destinationId: string, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, n) => `acme/${n}.dump`);
  const copies = names.map((name, n) => ({
    name,
    destinationId,
    status: "stored" as const,
    sizeBytes: 5,
    // Many are of the same millisecond.
    createdAt: new Date(1_700_000_000_000 + Math.floor(n / 40)),
  }));
  await db.insert(backupCopies).values(copies);
  return names;
}

const left = async (destinationId: string) =>
  (await db.select().from(backupCopies).where(eq(backupCopies.destinationId, destinationId))).map(({ name }) => name);

it("removes all copies of deleted backups in one round, however many a night has left", async () => {
  const { id, folder } = await addFolder();
  await mkdir(path.join(folder, "acme"), { recursive: true });
  for (const name of await addOrphans(id, 130)) await writeFile(path.join(folder, name), "bytes");
  await round();
  expect(await left(id)).toEqual([]);
  expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".dump"))).toEqual([]);
});

it("removes those behind any number that a lock keeps where they are, and tries each once a round", async () => {
  await using server = await startS3Server();
  const { id } = await addDestination({ kind: "s3", ...server.settings });
  await addOrphans(id, 130);
  const asked = () => server.log.filter(({ operation }) => operation === "delete").length;
  server.fail("delete", { status: 403, code: "AccessDenied" }, { times: 60 });
  await round();
  expect([asked(), (await left(id)).length]).toEqual([130, 60]);
  await round();
  expect([asked(), await left(id)]).toEqual([190, []]);
});

it("leaves those of a destination that does not answer, and removes those of others", async () => {
  await using server = await startS3Server();
  const [gone, { id }] = [await addDestination({ kind: "s3", ...server.settings }), await addFolder()];
  await addOrphans(gone.id, 60);
  await addOrphans(id, 60);
  await server.goAway();
  await round();
  expect([(await left(gone.id)).length, await left(id)]).toEqual([60, []]);
});
