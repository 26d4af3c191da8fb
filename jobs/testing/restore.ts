import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type postgres from "postgres";
import { qualified, quoteIdent } from "@/jobs/postgres/identifier";
import { testEnv } from "@/jobs/testing/env";
import type { Backup } from "@/jobs/testing/export-job";
import { dumpOf, runScript, unpackPackage } from "@/jobs/testing/package";
import { realTool } from "@/jobs/testing/stand-in";
import { sessions, tenantSql, unique } from "@/jobs/testing/tenant";

const run = promisify(execFile);
const roomy = { maxBuffer: 1e9 };

export const fileOf = (backup: Backup) => path.join(testEnv.backupDir, backup.storagePath);

const decompressors = { none: "cat", gzip: "gunzip -c", zstd: "zstd -dcq" };

/**
 * Decrypts and decompresses a backup with the tools that everybody has for it. Gives the path of what came out. `keyFile` is
 * as age-keygen writes it.
 */
export async function unpacked(backup: Backup, keyFile = ""): Promise<string> {
  const dump = backup.format === "package" ? await dumpOf(await unpackPackage(fileOf(backup))) : fileOf(backup);
  if (backup.compression === "none" && !backup.encrypted) return dump;
  const decrypt = backup.encrypted ? 'age -d -i "$2" "$0"' : 'cat "$0"';
  const plain = path.join(testEnv.folder, `plain-${unique()}`);
  const command = `set -o pipefail; ${decrypt} | ${decompressors[backup.compression]} > "$1"`;
  await run("/bin/bash", ["-c", command, dump, plain, keyFile]);
  return plain;
}

/** A database of the tenants' owner with nothing in it. Gives its address. */
export async function emptyDatabase(): Promise<string> {
  const name = `restored_${unique()}`;
  await tenantSql().unsafe(`create database ${name}`);
  const url = new URL(testEnv.tenantUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Restores a backup with pg_restore, psql or its own script into the database, in one transaction. Throws at the first complaint. */
export async function restore(backup: Backup, url: string, keyFile?: string): Promise<void> {
  if (backup.format === "package") {
    const { code, said } = await runScript(await unpackPackage(fileOf(backup)), [url, keyFile ?? ""]);
    if (code !== 0) throw new Error(said);
    return;
  }
  const plain = await unpacked(backup, keyFile);
  if (backup.format === "sql") {
    await run(await realTool("psql"), ["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", plain], roomy);
  } else {
    await run(
      await realTool("pg_restore"),
      ["--exit-on-error", "-1", `--format=${backup.format}`, "-d", url, plain],
      roomy,
    );
  }
}

/** Whether any of these texts stands in what was backed up. */
export async function findings(backup: Backup, texts: string[]): Promise<string[]> {
  const bytes = await readFile(await unpacked(backup));
  return texts.filter((text) => bytes.includes(text));
}

export type Contents = { tables: Record<string, string>; sequences: Record<string, string>; definitions: string };

/** All that a schema holds, to be compared: rows of each table (as a hash), sequences, definitions. */
export async function contentsOf(url: string, schema: string): Promise<Contents> {
  const sql = sessions(url);
  return {
    tables: await each(
      sql,
      { schema, kinds: ["r", "m"] },
      "select count(*) || ' ' || md5(coalesce(string_agg(t::text, E'\\n' order by t::text collate \"C\"), '')) from only $ t",
    ),
    sequences: await each(sql, { schema, kinds: ["S"] }, "select last_value || ' ' || is_called from $"),
    definitions: await definitionsOf(url, schema),
  };
}

async function each(sql: postgres.Sql, { schema, kinds }: { schema: string; kinds: string[] }, question: string) {
  const relations = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind in ${sql(kinds)} and (c.relkind <> 'm' or c.relispopulated) order by 1`;
  const answers: Record<string, string> = {};
  for (const { name } of relations) {
    const [row] = await sql.unsafe(question.replace("$", () => qualified(schema, name))).values();
    answers[name] = String(row?.[0]);
  }
  return answers;
}

async function definitionsOf(url: string, schema: string): Promise<string> {
  const args = ["--schema-only", "--encoding=UTF8", `--schema=${quoteIdent(schema)}`, "-d", url];
  const { stdout } = await run(await realTool("pg_dump"), args, roomy);
  // Comments, and the random word that newer versions put around a dump.
  return stdout.replace(/^(--|\\restrict|\\unrestrict).*\n/gm, "");
}
