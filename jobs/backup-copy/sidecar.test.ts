import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies, backups } from "@/db/schema";
import { type Manifest, parseManifest } from "@/jobs/archive/manifest";
import { copyBackup } from "@/jobs/backup-copy/task";
import { numbered } from "@/jobs/home/write";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { startBotApi } from "@/jobs/testing/bot-api";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addDestination, addFolder, copiesAt } from "@/jobs/testing/copies";
import { claimCopy, contextOf, endJob, removeOrphansNow, runCopy } from "@/jobs/testing/copy-run";
import { addKey } from "@/jobs/testing/encryption-key";
import { startS3Server } from "@/jobs/testing/s3-server";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();

let tenant: Tenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema({ tables: 0 }));
});

const filesIn = async (folder: string) =>
  (await readdir(path.join(folder, tenant.slug)).catch(() => [])).map((name) => `${tenant.slug}/${name}`).sort();

describe("a copy", () => {
  it("has its manifest beside it, which goes with it", async () => {
    const { backup } = await makeBackup(tenant);
    const destination = await addFolder();
    await runCopy({ backup, destination });
    const name = `${backup.storagePath}.manifest.json`;
    expect(await filesIn(destination.folder)).toEqual([backup.storagePath, name]);
    const manifest = parseManifest(await readFile(path.join(destination.folder, name), "utf8"));
    expect(manifest).toEqual(backup.manifest);
    const bytes = await readFile(path.join(destination.folder, backup.storagePath));
    expect(manifest?.file.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
    await db.update(backupCopies).set({ backupId: null }).where(eq(backupCopies.backupId, backup.id));
    await removeOrphansNow();
    expect(await filesIn(destination.folder)).toEqual([]);
  });

  it("that is encrypted tells nothing of what is in it to whom it is not for", async () => {
    const { backup } = await makeBackup(tenant);
    const { recipient, file: keyFile } = await addKey();
    const before = backup.manifest as Manifest;
    const encryption = { format: "age", recipients: [recipient] } as const;
    const manifest = { ...before, file: { ...before.file, encryption } };
    await db.update(backups).set({ manifest }).where(eq(backups.id, backup.id));
    const destination = await addFolder();
    await runCopy({ backup, destination });
    const sealed = `${backup.storagePath}.manifest.json.age`;
    expect(await filesIn(destination.folder)).toEqual([backup.storagePath, sealed]);
    const there = path.join(destination.folder, sealed);
    expect(await readFile(there, "latin1")).not.toContain(tenant.slug);
    const { stdout } = await promisify(execFile)("age", ["-d", "-i", keyFile, there]);
    expect(JSON.parse(stdout)).toEqual(manifest);
  });

  it("under another name says so in its manifest", async () => {
    const { backup } = await makeBackup(tenant);
    const destination = await addFolder();
    await mkdir(path.join(destination.folder, tenant.slug), { recursive: true });
    await writeFile(path.join(destination.folder, backup.storagePath), "theirs");
    await runCopy({ backup, destination });
    const other = numbered(backup.storagePath, 2);
    const manifest = parseManifest(await readFile(path.join(destination.folder, `${other}.manifest.json`), "utf8"));
    expect(manifest?.file.name).toBe(path.basename(other));
  });

  it("whose manifest's name is somebody else's has it under another, and leaves theirs", async () => {
    const { backup } = await makeBackup(tenant);
    const destination = await addFolder();
    await mkdir(path.join(destination.folder, tenant.slug), { recursive: true });
    const theirs = path.join(destination.folder, `${backup.storagePath}.manifest.json`);
    await writeFile(theirs, "theirs");
    await runCopy({ backup, destination });
    expect(await copiesAt(destination)).toMatchObject([{ sidecar: { name: `${backup.storagePath}.manifest-2.json` } }]);
    expect(await readFile(theirs, "utf8")).toBe("theirs");
  });

  it("has none in a chat, where nothing lies beside anything", async () => {
    const { backup } = await makeBackup(tenant);
    await using server = await startBotApi({ uploadMaxBytes: 1_000, downloadMaxBytes: 1_000, perSecond: 100 });
    const destination = await addDestination({ kind: "telegram", ...server.settings });
    await runCopy({ backup, destination });
    expect(await copiesAt(destination)).toMatchObject([{ status: "stored", sidecar: null }]);
  });
});

describe("what lies beside a copy whose attempt ends early", () => {
  async function put() {
    const { backup } = await makeBackup(tenant);
    const destination = await addFolder();
    const job = await claimCopy({ backup, destination });
    await copyBackup.run(contextOf(job));
    const sidecar = path.join(destination.folder, `${backup.storagePath}.manifest.json`);
    expect(existsSync(sidecar)).toBe(true);
    return { backup, destination, job, sidecar };
  }

  it("is taken over by the next", async () => {
    const { destination, job, sidecar } = await put();
    const { ino } = await stat(sidecar);
    await db.transaction(await copyBackup.run(contextOf({ ...job, fence: job.fence + 1 })));
    await endJob(job.id);
    await removeOrphansNow();
    expect((await stat(sidecar)).ino).toBe(ino);
    expect(await filesIn(destination.folder)).toHaveLength(2);
    expect(await db.select().from(backupCopies).where(eq(backupCopies.jobId, job.id))).toHaveLength(1);
  });

  it("goes when there is no other", async () => {
    const { destination, job } = await put();
    await endJob(job.id);
    await removeOrphansNow();
    expect(await filesIn(destination.folder)).toEqual([]);
  });

  it("is put again when somebody has taken it away meanwhile", async () => {
    const { backup, destination, job, sidecar } = await put();
    await rm(sidecar);
    await db.transaction(await copyBackup.run(contextOf({ ...job, fence: job.fence + 1 })));
    await endJob(job.id);
    await removeOrphansNow();
    expect(await copiesAt(destination)).toMatchObject([{ sidecar: { name: `${backup.storagePath}.manifest.json` } }]);
    expect(existsSync(sidecar)).toBe(true);
    expect(await filesIn(destination.folder)).toHaveLength(2);
  });

  it("fails no copy when it cannot be put", async () => {
    const { backup } = await makeBackup(tenant);
    await using server = await startS3Server();
    const destination = await addDestination({ kind: "s3", ...server.settings });
    const allButFirst = server.asked("put").then(() => server.fail("put", { status: 403, code: "AccessDenied" }));
    await runCopy({ backup, destination });
    await allButFirst;
    expect(await copiesAt(destination)).toMatchObject([{ status: "stored", sidecar: null }]);
    await removeOrphansNow();
    expect([...server.contents.objects.keys()]).toEqual([`coffer/here/${backup.storagePath}`]);
  });
});
