import { mkdtemp, writeFile } from "node:fs/promises";
import path from "node:path";
import { demoTenants } from "@/db/demo/demo-tenants";
import { expect, test } from "@/e2e/fixtures";
import { fetchFile, linkTo } from "@/e2e/tools/downloads";
import { makeBackup } from "@/e2e/tools/exports";
import { sha256Of } from "@/e2e/tools/files";
import { copyDatabase, factsOf, makeEmptyDatabase, type Shell, stockShell } from "@/e2e/tools/restore";
import { restoreCommand } from "@/server/restore-command";

let shell: Shell;
let empty: string;
test.beforeAll(async ({ coffer }) => {
  shell = await stockShell(coffer);
  empty = await makeEmptyDatabase(coffer, shell);
});

const tenants = demoTenants.filter(({ slug }) => slug === "lunaria" || slug === "spaeti-24-7");
for (const { slug, name, schema } of tenants) {
  for (const format of ["custom", "sql", "tar", "package"] as const) {
    for (const compression of ["gzip", "zstd", "none"] as const) {
      test(`a backup of ${name} as ${format} with ${compression} compression comes back whole`, async ({
        coffer,
        api,
      }) => {
        const order = { slug, format, compression, compress: compression !== "none" };
        const { backupId, filename, sha256, sizeBytes } = await makeBackup(coffer, api, order);
        const { status, body } = await fetchFile(await linkTo(coffer, api, backupId));
        expect([status, body.length, sha256Of(body)]).toEqual([200, sizeBytes, sha256]);

        const folder = await mkdtemp(path.join(coffer.dataDir, "restore-"));
        await writeFile(path.join(folder, filename), body);
        const database = await copyDatabase(coffer, empty);
        const command = restoreCommand({ filename, format, compression, encrypted: false });
        await shell(command.replace("DBNAME", database), folder);

        const restored = await factsOf(coffer, shell, { database, schema });
        const source = await factsOf(coffer, shell, { database: "tenants", schema });
        expect(restored.tables.length).toBeGreaterThan(5);
        expect(restored).toEqual({ ...source, schemas: ["public", "shared", schema].toSorted() });
      });
    }
  }
}
