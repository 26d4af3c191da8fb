import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { and, inArray, not } from "drizzle-orm";
import { db } from "@/db/client";
import { codeOf } from "@/db/errors";
import { dataFiles } from "@/db/schema";
import { expiresAt, isExpired, isWanted } from "@/jobs/data-file/expiry";
import { unfinishedFolder } from "@/jobs/data-file/files";

/** Forgets files of rows after a day, but for those that an import still needs. */
export async function forgetDataFiles(): Promise<void> {
  await db.delete(dataFiles).where(and(isExpired, not(isWanted)));
}

/** Which of these ids are those of files of rows. */
export async function knownDataFiles(ids: string[]): Promise<string[]> {
  const rows = await db.select({ id: dataFiles.id }).from(dataFiles).where(inArray(dataFiles.id, ids));
  return rows.map(({ id }) => id);
}

/** Removes uploads that nobody has gone on with for a day. */
export async function sweepUnfinished(): Promise<void> {
  const folder = unfinishedFolder();
  const names = await readdir(folder).catch((error) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  for (const id of new Set(names.map((name) => name.replace(/\.json$/, "")))) {
    const files = [id, `${id}.json`].map((name) => path.join(folder, name));
    const found = await Promise.all(files.map((file) => stat(file).catch(() => null)));
    const last = Math.max(...found.map((one) => one?.mtimeMs ?? 0));
    if (expiresAt(new Date(last)) < new Date()) await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}
