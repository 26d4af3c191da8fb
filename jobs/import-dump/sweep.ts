import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { inArray, lt, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { codeOf } from "@/db/errors";
import { log } from "@/db/log";
import { dumps, jobs } from "@/db/schema";
import { forgetDataFiles, knownDataFiles, sweepUnfinished } from "@/jobs/data-file/sweep";
import { jobsEnv } from "@/jobs/env";

/** How long an uploaded dump waits for somebody to make a project of it. */
export const dumpHours = 24;

/** A file of an upload that still runs was written to a moment ago; one that is whole gets its row at once. */
const quietMs = 10 * 60_000;

const uploaded = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.part)?$/;

/** Forgets dumps and files of rows that nobody has used for a day, and removes files of uploads without a row: cut off, used or forgotten. */
export async function sweepUploads(): Promise<void> {
  await forgetDataFiles();
  await sweepUnfinished();
  const isWanted = sql`exists (select from ${jobs} where ${jobs.finishedAt} is null and ${jobs.kind} = 'import_dump'
    and ${jobs.options}->>'dumpId' = ${dumps.id}::text)`;
  await db
    .delete(dumps)
    .where(sql`${lt(dumps.createdAt, sql`now() - make_interval(hours => ${dumpHours})`)} and not ${isWanted}`);
  const folder = jobsEnv().UPLOAD_DIR;
  const files = (await namesIn(folder)).filter((name) => uploaded.test(name));
  const ids = [...new Set(files.map((name) => name.slice(0, 36)))];
  if (ids.length === 0) return;
  const rows = await db.select({ id: dumps.id }).from(dumps).where(inArray(dumps.id, ids));
  const known = new Set([...rows.map(({ id }) => id), ...(await knownDataFiles(ids))]);
  for (const name of files) {
    if (known.has(name) || !(await isQuiet(path.join(folder, name)))) continue;
    await rm(path.join(folder, name), { force: true });
    log.info({ name }, "an uploaded file was swept");
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

async function isQuiet(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > quietMs;
}
