import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { eq } from "drizzle-orm";
import { db } from "@/db/client";
import { dumps, projects } from "@/db/schema";
import { type ImportOptions, importOptions } from "@/jobs/import-dump/options";
import { startImport } from "@/jobs/import-dump/start";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { tester } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { type Job, jobAtEnd } from "@/jobs/testing/export-job";
import { realTool } from "@/jobs/testing/stand-in";
import { adminSql, makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";

const run = promisify(execFile);
const origin = { actor: tester, address: null, requestId: "request-of-a-test" };

export type Format = "plain" | "custom" | "tar";

/** Dumps a schema with stock pg_dump, as anybody would. */
export async function dumpOf(
  { url, schema }: Pick<Tenant, "url" | "schema">,
  format: Format = "plain",
  more: string[] = [],
) {
  const args = [`--format=${format}`, `--schema=${quoteIdent(schema)}`, ...more, "-d", url];
  const { stdout } = await run(await realTool("pg_dump"), args, { encoding: "buffer", maxBuffer: 1e9 });
  return stdout;
}

export const pack = { none: (bytes: Buffer) => bytes, gzip: gzipSync, zstd: zstdCompressSync };

/** A script as pg_dump would write it, around these statements. */
export const scriptOf = (statements: string, schema = "stranger") => `--
-- PostgreSQL database dump
--

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
CREATE SCHEMA ${schema};
CREATE TABLE ${schema}.t (id integer, body text);
${statements}

--
-- PostgreSQL database dump complete
--
`;

/** Puts a file where an upload ends. Gives the dump's id. */
export async function uploaded(bytes: Buffer | string): Promise<string> {
  const id = randomUUID();
  await mkdir(testEnv.uploadDir, { recursive: true });
  await writeFile(path.join(testEnv.uploadDir, id), bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await db.insert(dumps).values({ id, filename: "dump", sizeBytes: bytes.length, sha256, uploadedBy: tester.id });
  return id;
}

let registered: Promise<string> | undefined;
/** The database of the tests' tenants, as a target. */
export const targetDatabase = () =>
  (registered ??= makeTenant({ tables: 0 }).then(({ projectId }) => databaseOf(projectId)));

export async function databaseOf(projectId: string): Promise<string> {
  const [project] = await db.select().from(projects).where(eq(projects.id, projectId));
  return project?.databaseId ?? "";
}

/** Starts to make a project of a dump as the web process does. */
export async function startImportOf(dumpId: string, wish: Partial<ImportOptions> = {}) {
  const slug = `dump-${unique()}`;
  const databaseId = await targetDatabase();
  const options = importOptions.parse({ dumpId, slug, name: slug, schemaName: slug, databaseId, ...wish });
  const { id } = await db.transaction((tx) => startImport(tx, origin, { options, filename: "dump" }));
  return { id, options };
}

export async function imported(
  bytes: Buffer | string,
  wish: Partial<ImportOptions> = {},
): Promise<{ job: Job; options: ImportOptions }> {
  const { id, options } = await startImportOf(await uploaded(bytes), wish);
  return { job: await jobAtEnd(id, 60), options };
}

/** Roles and schemas that jobs have left, of one job or of all. */
export async function rolesAndSchemasOf(jobId = ""): Promise<string[]> {
  const like = `coffer\\_%${jobId.replaceAll("-", "")}%`;
  const rows = await adminSql()<{ name: string }[]>`
    select rolname as name from pg_roles where rolname like 'coffer\\_import\\_%' and rolname like ${like}
    union all select nspname from pg_namespace where nspname ~ '^coffer_(new|door|aside)_' and nspname like ${like}`;
  return rows.map(({ name }) => name);
}
