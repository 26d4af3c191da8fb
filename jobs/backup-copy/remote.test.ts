import { readFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies, type DestinationSettings, destinations } from "@/db/schema";
import { removeOrphans } from "@/jobs/backup-copy/orphans";
import { startCopy, startCopyCheck, startFetch } from "@/jobs/backup-copy/start";
import { type BotApi, startBotApi } from "@/jobs/testing/bot-api";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { addDestination, copiesAt } from "@/jobs/testing/copies";
import { testEnv } from "@/jobs/testing/env";
import { type Backup, backupsOf, cancelExport, jobAtEnd, jobOf, startExport } from "@/jobs/testing/export-job";
import { reapNow } from "@/jobs/testing/lease";
import { type S3Server, startS3Server } from "@/jobs/testing/s3-server";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";
import { startVerification } from "@/jobs/verify-backup/start";

givenControlPlane();

const origin = { actor: tester, address: null, requestId: null };
let tenant: Tenant;
/** Of about 800 kB. Tests that only copy it share it. */
let backup: Backup;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 1, firstRows: 700, rowBytes: 1_000 });
  backup = await backupOf();
});

async function backupOf(options: object = {}): Promise<Backup> {
  await using _ = await startWorkerProcess();
  const id = await startExport(tenant, { format: "custom", compress: false, ...options });
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
  const [backup] = await backupsOf(id);
  if (!backup) throw new Error("no backup");
  return backup;
}

type Target = { id: string; name: string };

const begin = (wanted: { backup: Backup; destination: Target; move?: boolean }, start = startCopy) =>
  db.transaction((tx) => start(tx, origin, wanted));

const rowsAt = ({ id }: Target) => db.select().from(backupCopies).where(eq(backupCopies.destinationId, id));

const bytesOf = ({ storagePath }: Backup) => readFile(path.join(testEnv.backupDir, storagePath));
const keysOf = (server: S3Server) => [...server.contents.objects.keys()].filter((key) => !key.includes("coffer-check"));
/** A backup's file, and what lies beside it. */
const bothOf = ({ storagePath }: Backup) => ["", ".manifest.json"].map((end) => `coffer/here/${storagePath}${end}`);

const limits = { uploadMaxBytes: 400_000, downloadMaxBytes: 300_000, perSecond: 100 };

/** A destination, what is there, and how long it takes its time. */
const kinds: [string, () => Promise<{ server: S3Server | BotApi; settings: DestinationSettings }>][] = [
  [
    "S3",
    async () => {
      const server = await startS3Server();
      return { server, settings: { kind: "s3", ...server.settings } };
    },
  ],
  [
    "Telegram",
    async () => {
      const server = await startBotApi(limits);
      return { server, settings: { kind: "telegram", ...server.settings } };
    },
  ],
];

describe.each(kinds)("a backup that is moved to %s", (_, make) => {
  it("is checked, proven by restore, and brought back byte for byte", async () => {
    const { server, settings } = await make();
    await using __ = server;
    const [destination, moved] = [await addDestination(settings), await backupOf({ fingerprint: true })];
    const bytes = await bytesOf(moved);
    await using worker = await startWorkerProcess();
    const job = await begin({ backup: moved, destination, move: true });
    expect(await jobAtEnd(job.id)).toMatchObject({ status: "completed", errorMessage: null, bytesDone: bytes.length });
    await expect.poll(() => bytesOf(moved).catch(() => "gone")).toBe("gone");
    const check = await begin({ backup: moved, destination }, startCopyCheck);
    expect(await jobAtEnd(check.id)).toMatchObject({ status: "completed", errorMessage: null });
    expect(await copiesAt(destination)).toMatchObject([{ status: "stored", verifiedAt: expect.any(Date) }]);
    const proof = await db.transaction((tx) => startVerification(tx, origin, { backup: moved, level: "restore" }));
    expect(await jobAtEnd(proof.id)).toMatchObject({ status: "completed", errorMessage: null });
    const [proven] = await backupsOf(moved.jobId);
    expect(proven).toMatchObject({ verifiedLevel: "restore", status: "available", movedAt: expect.any(Date) });
    const fetching = await begin({ backup: moved, destination }, startFetch);
    expect(await jobAtEnd(fetching.id)).toMatchObject({ status: "completed", errorMessage: null });
    expect((await bytesOf(moved)).equals(bytes)).toBe(true);
    expect(worker.log()).not.toContain("AKIAEXAMPLE");
  });
});

describe("a copy to Telegram", () => {
  it("whose worker is killed in the middle is made by another, and nothing of the first is left in the chat", async () => {
    await using server = await startBotApi(limits);
    const destination = await addDestination({ kind: "telegram", ...server.settings });
    server.fail("sendDocument", "silent", { after: 1 });
    const victim = await startWorkerProcess();
    const job = await begin({ backup, destination });
    await expect
      .poll(async () => (await rowsAt(destination)).map(({ locator }) => locator), { timeout: 60_000 })
      .toContainEqual(expect.objectContaining({ parts: [expect.anything()] }));
    await expect
      .poll(() => server.log.filter(({ method }) => method === "sendDocument").length, { timeout: 60_000 })
      .toBe(2);
    victim.signal("SIGKILL");
    await victim.exited;
    await reapNow(job.id);
    await using _ = await startWorkerProcess();
    expect(await jobAtEnd(job.id)).toMatchObject({ status: "completed", attempts: 2 });
    await removeOrphans(new AbortController().signal);
    const parts = Math.ceil(backup.sizeBytes / limits.downloadMaxBytes);
    expect(server.messages.size).toBe(parts + 1);
    expect(await copiesAt(destination)).toMatchObject([{ status: "stored", sizeBytes: backup.sizeBytes }]);
  });
});

describe("a copy to S3", () => {
  it("whose worker is killed in the middle is made by another, once", async () => {
    await using server = await startS3Server();
    const destination = await addDestination({ kind: "s3", ...server.settings });
    server.fail("put", "silent");
    const victim = await startWorkerProcess();
    const asked = server.asked("put");
    const job = await begin({ backup, destination });
    await asked;
    victim.signal("SIGKILL");
    await victim.exited;
    expect(await copiesAt(destination)).toMatchObject([{ status: "pending", storedAt: null }]);
    await reapNow(job.id);
    await using _ = await startWorkerProcess();
    expect(await jobAtEnd(job.id)).toMatchObject({ status: "completed", attempts: 2 });
    expect(keysOf(server)).toEqual(bothOf(backup));
  });

  it("whose worker is killed when it is there, and not listed, is found again and not made twice", async () => {
    await using server = await startS3Server();
    const destination = await addDestination({ kind: "s3", ...server.settings });
    server.fail("put", "done and silent");
    const victim = await startWorkerProcess();
    const asked = server.asked("put");
    const job = await begin({ backup, destination });
    await asked;
    await expect.poll(() => keysOf(server).length).toBe(1);
    victim.signal("SIGKILL");
    await victim.exited;
    await reapNow(job.id);
    await using _ = await startWorkerProcess();
    expect(await jobAtEnd(job.id)).toMatchObject({ status: "completed", attempts: 2 });
    expect(keysOf(server)).toEqual(bothOf(backup));
    expect(await copiesAt(destination)).toMatchObject([{ status: "stored", name: backup.storagePath }]);
  });

  it("never takes the place of another file of that name, and says where it is", async () => {
    await using server = await startS3Server();
    const key = `coffer/here/${backup.storagePath}`;
    server.contents.objects.set(key, { bytes: Buffer.from("theirs"), tag: '"x"', metadata: {} });
    const destination = await addDestination({ kind: "s3", ...server.settings });
    await using _ = await startWorkerProcess();
    const job = await begin({ backup, destination });
    expect(await jobAtEnd(job.id)).toMatchObject({ status: "completed" });
    expect(server.contents.objects.get(key)?.bytes.toString()).toBe("theirs");
    const [copy] = await copiesAt(destination);
    expect(server.contents.objects.get(`coffer/here/${copy?.name}`)?.bytes.equals(await bytesOf(backup))).toBe(true);
  });

  it("that is cancelled in the middle leaves nothing there, and can be started again", async () => {
    await using server = await startS3Server();
    const destination = await addDestination({ kind: "s3", ...server.settings });
    server.fail("put", "silent");
    await using _ = await startWorkerProcess();
    const asked = server.asked("put");
    const job = await begin({ backup, destination });
    await asked;
    await cancelExport(job.id);
    expect(await jobAtEnd(job.id)).toMatchObject({ status: "cancelled" });
    expect(keysOf(server)).toEqual([]);
    const again = await begin({ backup, destination });
    expect(await jobAtEnd(again.id)).toMatchObject({ status: "completed" });
  });

  it("that is refused fails at once, marks the destination, and tells no secret", async () => {
    await using server = await startS3Server();
    const secretAccessKey = `secret-${unique()}`;
    const wrong = { ...server.settings, accessKeyId: "AKIAWRONG", secretAccessKey };
    const destination = await addDestination({ kind: "s3", ...wrong });
    await using worker = await startWorkerProcess();
    const job = await begin({ backup, destination });
    expect(await jobAtEnd(job.id)).toMatchObject({ status: "failed", attempts: 1, errorCode: "destination_refused" });
    const [row] = await db.select().from(destinations).where(eq(destinations.id, destination.id));
    expect(row).toMatchObject({ unhealthySince: expect.any(Date), problem: expect.any(String) });
    expect(JSON.stringify([await jobOf(job.id), row?.problem]) + worker.log()).not.toContain(secretAccessKey);
  });
});
