import { execFile } from "node:child_process";
import { copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { backupCompression, backupFormat } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey, type TestKey } from "@/jobs/testing/encryption-key";
import { pathWith, testEnv } from "@/jobs/testing/env";
import type { Backup } from "@/jobs/testing/export-job";
import { manifestBeside } from "@/jobs/testing/published-file";
import { type Contents, contentsOf, emptyDatabase, fileOf } from "@/jobs/testing/restore";
import { realTool } from "@/jobs/testing/stand-in";
import { connectionOf, sessions, unique } from "@/jobs/testing/tenant";
import { makeShared, type TortureTenant, tortureTenant } from "@/jobs/testing/torture";
import { backupOf } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";
import { endingOf, readRecipe } from "@/server/testing/readme";

givenControlPlane();
givenWorker();

const recipe = readRecipe();
const used = new Set<string>();
let tenant: TortureTenant;
let source: Contents;
let key: TestKey;
beforeAll(async () => {
  tenant = await tortureTenant();
  source = await contentsOf(testEnv.tenantUrl, tenant.schema);
  key = await addKey();
});

/** A folder with the file under the name that a download gives it, and the secret key. */
async function downloaded(backup: Backup): Promise<string> {
  const folder = path.join(testEnv.folder, `downloads-${unique()}`);
  await mkdir(folder);
  await copyFile(fileOf(backup), path.join(folder, backup.filename));
  await copyFile(key.file, path.join(folder, "key.txt"));
  return folder;
}

/** Puts in what the words in capitals stand for. */
function filledIn(command: string, { filename }: Backup, database: string): string {
  const words = { FILE: filename, DBNAME: database, FOLDER: filename.replace(/(-\d+)?\.package\.tar$/, "") };
  return command.replace(/\b[A-Z]{3,}\b/g, (word) => {
    const meant = Object.entries(words).find(([name]) => name === word)?.[1];
    if (meant === undefined) throw new Error(`nobody knows what ${word} stands for in: ${command}`);
    return meant;
  });
}

/** Runs a line as a reader does whose libpq knows the server, and gives what it printed. */
async function typed(line: string, cwd: string): Promise<string> {
  const { host, port, user, password } = connectionOf(testEnv.tenantUrl);
  const tools = pathWith(path.dirname(await realTool("pg_restore")));
  const login = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password };
  const env = { ...process.env, ...login, PATH: tools };
  const { stdout } = await promisify(execFile)("/bin/bash", ["-c", `set -o pipefail; ${line}`], { cwd, env });
  return stdout;
}

describe.each([false, true])("what the README says of a file (encrypted: %s)", (encrypt) => {
  describe.each(backupFormat.enumValues)("as %s", (format) => {
    it.each(backupCompression.enumValues)("with compression %s restores all of it", async (compression) => {
      const backup = await backupOf(tenant, { format, compression, encrypt, fingerprint: false });
      const ending = endingOf(backup.filename).replace(/\.age$/, "");
      used.add(ending);
      const folder = await downloaded(backup);

      const { file } = await manifestBeside(backup.storagePath);
      const sum = await typed(filledIn(recipe.checksum, backup, ""), folder);
      expect([file.sha256, backup.sha256]).toEqual([sum.split(" ")[0], sum.split(" ")[0]]);

      const url = await emptyDatabase();
      await makeShared(sessions(url), tenant.shared);
      const command = encrypt ? recipe.encrypted(ending) : (recipe.commands[ending] ?? `exit # nothing for ${ending}`);
      await typed(filledIn(command, backup, connectionOf(url).database), folder);
      expect(await contentsOf(url, tenant.schema)).toEqual(source);
    });
  });
});

it("and it tells of no other files", () => {
  expect(Object.keys(recipe.commands).toSorted()).toEqual([...used].toSorted());
});
