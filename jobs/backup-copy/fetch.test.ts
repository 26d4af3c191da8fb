import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { backupCopies, backups, destinations } from "@/db/schema";
import { bytesOf } from "@/jobs/backup-copy/bytes";
import { startCopy, startFetch } from "@/jobs/backup-copy/start";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addDestination, addFolder } from "@/jobs/testing/copies";
import { testEnv } from "@/jobs/testing/env";
import { type Backup, backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { startS3Server } from "@/jobs/testing/s3-server";
import { makeTenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

let backup: Backup;
let bytes: Buffer;
const file = () => path.join(testEnv.backupDir, backup.storagePath);

async function copyTo(destination: { id: string; name: string }): Promise<void> {
  const { id } = await db.transaction((tx) => startCopy(tx, byCoffer, { backup, destination }));
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
}

const damage = () => writeFile(file(), Buffer.from(bytes).fill(0, 10, 60));
const setStatus = (status: "corrupt" | "available") =>
  db.update(backups).set({ status }).where(eq(backups.id, backup.id));

async function read(but: string | null = null): Promise<Buffer> {
  const [row] = await db.select().from(backups).where(eq(backups.id, backup.id));
  if (!row) throw new Error("no backup");
  const pieces: Buffer[] = [];
  for await (const piece of bytesOf(row, but, new AbortController().signal)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

beforeAll(async () => {
  await using _ = await startWorkerProcess();
  const id = await startExport(await makeTenant({ tables: 1, firstRows: 500, rowBytes: 200 }));
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed" });
  const [made] = await backupsOf(id);
  if (!made) throw new Error("no backup");
  backup = made;
  bytes = await readFile(file());
});

describe("a backup whose file is damaged", () => {
  it("is brought back whole from a destination, in its place", async () => {
    const destination = await addFolder();
    await using _ = await startWorkerProcess();
    await copyTo(destination);
    await damage();
    await setStatus("corrupt");
    const { id } = await db.transaction((tx) => startFetch(tx, byCoffer, { backup, destination }));
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
    expect((await readFile(file())).equals(bytes)).toBe(true);
    const [row] = await db.select().from(backups).where(eq(backups.id, backup.id));
    expect(row).toMatchObject({ status: "available", storagePath: backup.storagePath });
  });

  it("is read from a copy, also where it is to be copied to yet another place", async () => {
    const [first, second] = [await addFolder(), await addFolder()];
    await using _ = await startWorkerProcess();
    await copyTo(first);
    await damage();
    await setStatus("corrupt");
    await copyTo(second);
    expect((await read(first.id)).equals(bytes)).toBe(true);
    await writeFile(file(), bytes);
    await setStatus("available");
  });
});

describe("a backup that is read from a copy", () => {
  it("is read from the next destination when the first gives none of it, those that work first", async () => {
    await db.delete(backupCopies);
    await using server = await startS3Server();
    const [away, healthy] = [await addDestination({ kind: "s3", ...server.settings }), await addFolder()];
    await using _ = await startWorkerProcess();
    await copyTo(away);
    await copyTo(healthy);
    await damage();
    await setStatus("corrupt");
    await server.goAway();
    const asked = server.log.length;
    await db
      .update(destinations)
      .set({ unhealthySince: sql`now()`, problem: "away" })
      .where(eq(destinations.id, away.id));
    expect((await read()).equals(bytes)).toBe(true);
    expect(server.log).toHaveLength(asked);
    // Nobody knows yet that it is away; a local folder comes first by its kind, so that one is called the sick one.
    await db.update(destinations).set({ unhealthySince: null, problem: null }).where(eq(destinations.id, away.id));
    await db
      .update(destinations)
      .set({ unhealthySince: sql`now()`, problem: "said to be" })
      .where(eq(destinations.id, healthy.id));
    expect((await read()).equals(bytes)).toBe(true);
    await server.comeBack();
  });
});
