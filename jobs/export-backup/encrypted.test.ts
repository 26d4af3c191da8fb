import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { collect } from "@/jobs/archive/age/testing";
import { manifestSchema } from "@/jobs/archive/manifest";
import { openArchive } from "@/jobs/archive/open";
import { failureOf } from "@/jobs/lifecycle/failure";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey, retireAllKeys, retireKey } from "@/jobs/testing/encryption-key";
import { testEnv } from "@/jobs/testing/env";
import { type Backup, backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { contentsOf, emptyDatabase, fileOf, restore, unpacked } from "@/jobs/testing/restore";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();
let tenant: Tenant;
beforeAll(async () => {
  // Large enough for a compressor of its own.
  tenant = await makeTenant({ firstRows: 3_000, rowBytes: 500 });
});
beforeEach(retireAllKeys);

async function makeBackup(options: Record<string, unknown>): Promise<Backup> {
  const id = await startExport(tenant, { encrypt: true, ...options });
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
  const [backup] = await backupsOf(id);
  if (!backup) throw new Error("no backup");
  return backup;
}

const archiveOf = (backup: Backup) => ({ ...manifestSchema.parse(backup.manifest).file, path: fileOf(backup) });

const formats = ["custom", "sql", "tar"] as const;
const compressions = ["gzip", "zstd", "none"] as const;

describe.each(formats)("an encrypted backup as %s", (format) => {
  it.each(compressions)("with compression %s is opened by age and restored with stock tools", async (compression) => {
    const keys = [await addKey(), await addKey({ keep: true })];
    const recipients = keys.map(({ recipient }) => recipient);
    const backup = await makeBackup({ format, compression });
    expect(backup).toMatchObject({ encrypted: true, recipients, format, compression });
    expect(backup.filename).toMatch(/^[^.]+\.(dump|sql|tar)(\.gz|\.zst)?\.age$/);
    expect(manifestSchema.parse(backup.manifest).file.encryption).toEqual({ format: "age", recipients });

    const bytes = await readFile(fileOf(backup));
    expect(bytes.toString("latin1", 0, 21)).toBe("age-encryption.org/v1");
    expect(bytes.includes(tenant.schema)).toBe(false);
    expect(backup.sizeBytes).toBe(bytes.length);
    expect(backup.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));

    for (const { file } of keys) {
      const plain = await unpacked(backup, file);
      expect(backup.originalBytes).toBe((await stat(plain)).size);
      expect((await collect(openArchive(archiveOf(backup)))).equals(await readFile(plain))).toBe(true);
    }
    const url = await emptyDatabase();
    await restore(backup, url, keys[0]?.file);
    expect(await contentsOf(url, tenant.schema)).toEqual(await contentsOf(testEnv.tenantUrl, tenant.schema));
    expect(await leftovers()).toEqual(nothing);
  });
});

it("a small one, which this process compresses, is encrypted too", async () => {
  const key = await addKey();
  const small = await makeTenant({ rows: 10 });
  const id = await startExport(small, { encrypt: true, format: "custom" });
  await jobAtEnd(id);
  const [backup] = await backupsOf(id);
  if (!backup) throw new Error("no backup");
  const url = await emptyDatabase();
  await restore(backup, url, key.file);
  expect(await contentsOf(url, small.schema)).toEqual(await contentsOf(testEnv.tenantUrl, small.schema));
});

it("what is not asked to be encrypted is not, though there are keys", async () => {
  await addKey();
  const backup = await makeBackup({ encrypt: false, format: "custom" });
  expect(backup).toMatchObject({ encrypted: false, recipients: [] });
  expect(archiveOf(backup).encryption).toBeNull();
  await unpacked(backup);
});

it("a key that is retired opens what it was used for, and nothing newer", async () => {
  const old = await addKey({ keep: true });
  const before = await makeBackup({ format: "custom" });
  const next = await addKey();
  await retireKey(old);
  const after = await makeBackup({ format: "custom" });
  expect([before.recipients, after.recipients]).toEqual([[old.recipient], [next.recipient]]);
  expect(await collect(openArchive(archiveOf(before)))).toEqual(await readFile(await unpacked(before, old.file)));
  const opening = collect(openArchive(archiveOf(after)));
  expect(await opening.catch(failureOf)).toMatchObject({ code: "wrong_key" });
  await expect(unpacked(after, old.file)).rejects.toThrow("no identity matched");
});

it("a wrong key and a damaged file are told apart, as age does", async () => {
  const [key, other] = [await addKey(), await addKey()];
  await retireKey(other);
  const backup = await makeBackup({ format: "custom" });
  const open = (identity: string) =>
    collect(openArchive(archiveOf(backup), { identities: [identity] })).catch(failureOf);
  expect(await open(other.identity)).toMatchObject({ code: "wrong_key" });
  const bytes = await readFile(fileOf(backup));
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
  await writeFile(fileOf(backup), bytes);
  expect(await open(key.identity)).toMatchObject({ code: "corrupt" });
  const age = promisify(execFile)("age", ["-d", "-i", key.file, "-o", "/dev/null", fileOf(backup)]);
  await expect(age).rejects.toThrow("failed to decrypt");
});

it("without a key in use the job fails at once, and no later attempt is made", async () => {
  const before = await published();
  const job = await jobAtEnd(await startExport(tenant, { encrypt: true, format: "custom" }));
  expect(job).toMatchObject({ status: "failed", errorCode: "no_encryption_key", attempts: 1 });
  expect(job.failure).toMatchObject({ hint: expect.stringContaining("administrator"), willRetry: false });
  expect(await published()).toEqual(before);
});
