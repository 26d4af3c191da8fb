import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { manifestSchema } from "@/jobs/archive/manifest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { type Contents, contentsOf, emptyDatabase, fileOf, restore, unpacked } from "@/jobs/testing/restore";
import { sessions } from "@/jobs/testing/tenant";
import { makeShared, type TortureTenant, tortureTenant } from "@/jobs/testing/torture";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();
let tenant: TortureTenant;
let source: Contents;
beforeAll(async () => {
  tenant = await tortureTenant();
  source = await contentsOf(testEnv.tenantUrl, tenant.schema);
});

const formats = ["custom", "sql", "tar"] as const;
const compressions = ["gzip", "zstd", "none"] as const;

describe.each(formats)("a backup as %s", (format) => {
  it.each(compressions)(
    "with compression %s restores with stock tools to the same rows, sequences and definitions",
    async (compression) => {
      const id = await startExport(tenant, {
        format,
        compression,
        storagePath: "daily/torture",
        description: "why",
        tags: ["a"],
      });
      expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
      const [backup, ...more] = await backupsOf(id);
      if (!backup) throw new Error("no backup");
      expect(more).toEqual([]);

      const bytes = await readFile(fileOf(backup));
      expect(backup.storagePath).toMatch(
        new RegExp(`^${tenant.slug}/daily/torture/${tenant.slug}_.*\\.(dump|sql|tar)(\\.gz|\\.zst)?$`),
      );
      expect(backup.sizeBytes).toBe(bytes.length);
      expect(backup.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
      expect(backup.originalBytes).toBe((await stat(await unpacked(backup))).size);
      expect(backup).toMatchObject({ format, compression, description: "why", tags: ["a"] });

      const url = await emptyDatabase();
      await makeShared(sessions(url), tenant.shared);
      await restore(backup, url);
      expect(await contentsOf(url, tenant.schema)).toEqual(source);
      expect(await leftovers(id)).toEqual(nothing);
    },
  );
});

describe("the manifest", () => {
  it("says what the file holds, in the backup's row and beside the file", async () => {
    const id = await startExport(tenant, { format: "custom" });
    await jobAtEnd(id);
    const [backup] = await backupsOf(id);
    if (!backup) throw new Error("no backup");
    const manifest = manifestSchema.parse(backup.manifest);
    expect(JSON.parse(await readFile(`${fileOf(backup)}.manifest.json`, "utf8"))).toEqual(manifest);
    expect(manifest.project).toMatchObject({ slug: tenant.slug, schema: tenant.schema });
    expect(manifest.file).toMatchObject({ name: backup.filename, sha256: backup.sha256, sizeBytes: backup.sizeBytes });

    const rows = Object.fromEntries(
      manifest.tables.filter((table) => table.rows !== null).map((t) => [t.name, t.rows]),
    );
    const counted = Object.entries(source.tables).map(([name, text]) => [name, Number(text.split(" ")[0])] as const);
    expect(rows).toEqual(Object.fromEntries(counted.filter(([name]) => name !== "moods")));
    expect(backup.rowCount).toBe(Object.values(rows).reduce<number>((sum, count) => sum + (count ?? 0), 0));
    expect(backup.tableCount).toBe(Object.keys(rows).length);
    expect(manifest.tables.find(({ name }) => name === "events")).toEqual({
      name: "events",
      kind: "partitioned table",
      rows: null,
      bytes: 0,
      fingerprint: null,
    });
    expect(manifest.sequences).toContainEqual({
      name: "huge",
      lastValue: "9223372036854775806",
      isCalled: true,
      movedTo: null,
    });
    expect(manifest.sequences).toContainEqual({
      name: "never_used",
      lastValue: "1000",
      isCalled: false,
      movedTo: null,
    });
    const outside = manifest.outsideDependencies
      .filter(({ schema }) => schema === tenant.shared)
      .map(({ kind }) => kind);
    expect(outside.sort()).toEqual(["function", "table", "type"]);
  });
});
