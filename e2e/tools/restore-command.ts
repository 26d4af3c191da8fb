import { mkdtemp, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "@playwright/test";
import type { Api, Coffer } from "@/e2e/tools/coffer";
import { fetchFile, linkTo } from "@/e2e/tools/downloads";
import { copyDatabase, factsOf, makeEmptyDatabase, stockShell } from "@/e2e/tools/restore";

type Restoring = {
  backupId: string;
  command: string;
  /** The text of a key file. */
  key: string;
  schema: string;
};

/** Downloads a backup and restores it with the command that its page shows. */
export async function restoreByCommand(coffer: Coffer, api: Api, { backupId, command, key, schema }: Restoring) {
  const { filename } = await api.backup.get.query({ backupId });
  const { status, headers, body } = await fetchFile(await linkTo(coffer, api, backupId));
  expect([status, headers["content-type"]]).toEqual([200, "application/octet-stream"]);
  expect(body.toString("latin1", 0, 21)).toBe("age-encryption.org/v1");
  const folder = await mkdtemp(path.join(coffer.dataDir, "restore-"));
  await writeFile(path.join(folder, filename), body);
  await writeFile(path.join(folder, "key.txt"), key);
  const shell = await stockShell(coffer);
  const database = await copyDatabase(coffer, await makeEmptyDatabase(coffer, shell));
  await shell(command.replace("DBNAME", database), folder);
  const restored = await factsOf(coffer, shell, { database, schema });
  expect(restored.tables.length).toBeGreaterThan(5);
  expect(restored.tables).toEqual((await factsOf(coffer, shell, { database: "tenants", schema })).tables);
}
