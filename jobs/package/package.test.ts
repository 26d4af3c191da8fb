import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { collect } from "@/jobs/archive/age/testing";
import { manifestSchema } from "@/jobs/archive/manifest";
import { openArchive } from "@/jobs/archive/open";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey, type TestKey } from "@/jobs/testing/encryption-key";
import { testEnv } from "@/jobs/testing/env";
import { type Backup, jobOf, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { dumpOf, unpackPackage } from "@/jobs/testing/package";
import { type Contents, contentsOf, emptyDatabase, fileOf, restore, unpacked } from "@/jobs/testing/restore";
import { makeTenant, sessions, type Tenant } from "@/jobs/testing/tenant";
import { makeShared, type TortureTenant, tortureTenant } from "@/jobs/testing/torture";
import { backupOf } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();
let tenant: TortureTenant;
let source: Contents;
let key: TestKey;
beforeAll(async () => {
  tenant = await tortureTenant();
  source = await contentsOf(testEnv.tenantUrl, tenant.schema);
  key = await addKey({ keep: true });
});

const exported = (options: object, of: Tenant = tenant): Promise<Backup> =>
  backupOf(of, { format: "package", fingerprint: false, ...options });

const sha256 = async (file: string) =>
  createHash("sha256")
    .update(await readFile(file))
    .digest("hex");

const compressions = ["gzip", "zstd", "none"] as const;

describe.each([false, true])("a package (encrypted: %s)", (encrypt) => {
  it.each(compressions)(
    "with compression %s is unpacked by tar, and restored by its own script to what the schema was",
    async (compression) => {
      const backup = await exported({ compression, encrypt });
      expect(backup).toMatchObject({ format: "package", compression, encrypted: encrypt });
      expect(backup.filename).toMatch(/^[^.]+\.package\.tar$/);
      expect(await sha256(fileOf(backup))).toBe(backup.sha256);
      expect((await stat(fileOf(backup))).size).toBe(backup.sizeBytes);

      const folder = await unpackPackage(fileOf(backup));
      expect(path.basename(folder)).toBe(backup.filename.replace(".package.tar", ""));
      expect((await stat(path.join(folder, "restore.sh"))).mode & 0o777).toBe(0o755);
      const dump = await dumpOf(folder);
      expect((await stat(dump)).mode & 0o777).toBe(0o644);
      const endings = { gzip: ".gz", zstd: ".zst", none: "" };
      expect(path.basename(dump)).toBe(`${tenant.slug}.dump${endings[compression]}${encrypt ? ".age" : ""}`);

      const outer = manifestSchema.parse(backup.manifest);
      const inner = manifestSchema.parse(JSON.parse(await readFile(path.join(folder, "manifest.json"), "utf8")));
      const { dump: inside, format: _, ...whole } = outer.file;
      expect(inside).toEqual({
        name: path.basename(dump),
        sizeBytes: (await stat(dump)).size,
        sha256: await sha256(dump),
      });
      expect(inner).toEqual({ ...outer, file: { ...whole, ...inside, format: "custom", dump: null } });

      const plain = await readFile(await unpacked(backup, key.file));
      expect(backup.originalBytes).toBe(plain.length);
      const archive = { ...outer.file, path: fileOf(backup) };
      expect((await collect(openArchive(archive))).equals(plain)).toBe(true);

      const url = await emptyDatabase();
      await makeShared(sessions(url), tenant.shared);
      await restore(backup, url, encrypt ? key.file : undefined);
      expect(await contentsOf(url, tenant.schema)).toEqual(source);
      expect(await leftovers(backup.jobId)).toEqual(nothing);
    },
  );
});

describe("a package", () => {
  it("of a small schema, which this process compresses, is as good", async () => {
    const small = await makeTenant({ rows: 10 });
    const backup = await exported({}, small);
    const url = await emptyDatabase();
    await restore(backup, url);
    expect(await contentsOf(url, small.schema)).toEqual(await contentsOf(testEnv.tenantUrl, small.schema));
  });

  it("is packed in a step of its own, which no other format has", async () => {
    const titles = async (id: string) => (await jobOf(id)).steps.map(({ title }) => title);
    const { jobId } = await exported({});
    expect(await titles(jobId)).toContain("Packaging");
    const other = await startExport(tenant, { format: "custom" });
    expect(await titles(other)).not.toContain("Packaging");
  });

  it("of an encrypted dump holds nothing of its rows that anybody could read", async () => {
    const row = "string that stands in a row";
    const secret = await makeTenant({ rows: 1 });
    await secret.sql`update ${secret.sql(secret.schema)}.t1 set body = ${row}`;
    const bytesOf = async (encrypt: boolean) =>
      readFile(fileOf(await exported({ encrypt, compression: "none" }, secret)));
    expect((await bytesOf(false)).includes(row)).toBe(true);
    expect((await bytesOf(true)).includes(row)).toBe(false);
  });
});
