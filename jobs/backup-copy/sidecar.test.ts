import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies, backups } from "@/db/schema";
import { type Manifest, parseManifest } from "@/jobs/archive/manifest";
import { removeOrphans } from "@/jobs/backup-copy/orphans";
import { copyBackup } from "@/jobs/backup-copy/task";
import { numbered } from "@/jobs/home/write";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { startBotApi } from "@/jobs/testing/bot-api";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addDestination, addFolder, copiesAt } from "@/jobs/testing/copies";
import { claimCopy, contextOf, endJob } from "@/jobs/testing/copy-run";
import { addKey } from "@/jobs/testing/encryption-key";
import type { Backup } from "@/jobs/testing/export-job";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();

let tenant: Tenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema({ tables: 0 }));
});

type Target = { id: string; name: string };

async function copy(backup: Backup, destination: Target) {
  const job = await claimCopy({ backup, destination });
  const commit = await copyBackup.run(contextOf(job));
  await db.transaction(commit);
  await endJob(job.id);
}

const removeOrphansNow = () => removeOrphans(new AbortController().signal);
const filesIn = async (folder: string) =>
  (await readdir(path.join(folder, tenant.slug)).catch(() => [])).map((name) => `${tenant.slug}/${name}`).sort();

describe("a copy", () => {
  it("has its manifest beside it, which goes with it", async () => {
    const { backup } = await makeBackup(tenant);
    const destination = await addFolder();
    await copy(backup, destination);
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
    await copy(backup, destination);
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
    await copy(backup, destination);
    const other = numbered(backup.storagePath, 2);
    const manifest = parseManifest(await readFile(path.join(destination.folder, `${other}.manifest.json`), "utf8"));
    expect(manifest?.file.name).toBe(path.basename(other));
  });

  it("has none in a chat, where nothing lies beside anything", async () => {
    const { backup } = await makeBackup(tenant);
    await using server = await startBotApi({ uploadMaxBytes: 1_000, downloadMaxBytes: 1_000, perSecond: 100 });
    const destination = await addDestination({ kind: "telegram", ...server.settings });
    await copy(backup, destination);
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
    const { destination, job, sidecar } = await put();
    await rm(sidecar);
    await db.transaction(await copyBackup.run(contextOf({ ...job, fence: job.fence + 1 })));
    await endJob(job.id);
    await removeOrphansNow();
    const [row] = await copiesAt(destination);
    expect(await filesIn(destination.folder)).toEqual([row?.name, row?.sidecar?.name].sort());
  });
});

describe("a copy that is made anew", () => {
  const called = (backup: Backup) =>
    db.update(backupCopies).set({ status: "corrupt" }).where(eq(backupCopies.backupId, backup.id));

  it("keeps what lies beside it where it is whole after all", async () => {
    const { backup } = await makeBackup(tenant);
    const destination = await addFolder();
    await copy(backup, destination);
    const before = await copiesAt(destination);
    await called(backup);
    await copy(backup, destination);
    await removeOrphansNow();
    const names = ({ name, sidecar }: (typeof before)[number]) => [name, sidecar];
    expect((await copiesAt(destination)).map(names)).toEqual(before.map(names));
    expect(await filesIn(destination.folder)).toHaveLength(2);
  });

  it("takes the old manifest away with the old file", async () => {
    const { backup } = await makeBackup(tenant);
    const destination = await addFolder();
    await copy(backup, destination);
    const file = path.join(destination.folder, backup.storagePath);
    await rename(file, `${file}.aside`);
    await writeFile(file, Buffer.alloc(backup.sizeBytes));
    await called(backup);
    await copy(backup, destination);
    await rm(`${file}.aside`);
    await removeOrphansNow();
    const other = numbered(backup.storagePath, 2);
    expect(await filesIn(destination.folder)).toEqual([other, `${other}.manifest.json`]);
  });
});
