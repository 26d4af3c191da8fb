import { AppError } from "@/db/errors";
import type { backups } from "@/db/schema";
import { dumpFormatOf } from "@/jobs/archive/dump-format";
import type { StoredDump } from "@/jobs/archive/dump-script";
import { type Manifest, manifestSchema } from "@/jobs/archive/manifest";
import type { Definitions } from "@/jobs/browse/definitions";
import { readDefinitions } from "@/jobs/browse/dump";
import { jobsEnv } from "@/jobs/env";
import { inside } from "@/jobs/home/path";
import { toolFor } from "@/jobs/postgres/tools";
import { openStored } from "@/server/stored-file";

type Backup = typeof backups.$inferSelect;

/** The longest that anybody waits for the end of a large file, in ms. */
const patience = 10 * 60_000;

/** How many files one process looks into at a time: each takes a processor or two. */
const most = 8;
let now = 0;

/**
 * Lets `work` look into a backup's file. Throws BACKUP_NOT_FOUND or BACKUP_CORRUPT when the file is not the one that was stored,
 * UNAVAILABLE when pg_restore is not there or too many files are being read.
 */
export async function withDump<T>(
  backup: Backup,
  gone: AbortSignal,
  work: (dump: StoredDump) => Promise<T>,
): Promise<T> {
  const dump = await dumpOf(backup, gone);
  if (now >= most) {
    const message = "Several backups are being looked into just now. Try again soon.";
    throw new AppError("UNAVAILABLE", message, { retryAfter: 5 });
  }
  now++;
  try {
    return await work(dump);
  } catch (error) {
    if (!gone.aborted) throw error;
    const isLate = gone.reason instanceof Error && gone.reason.name === "TimeoutError";
    throw new AppError("UNAVAILABLE", isLate ? "The backup could not be read in ten minutes." : "The caller has left.");
  } finally {
    now--;
  }
}

async function dumpOf(backup: Backup, gone: AbortSignal): Promise<StoredDump> {
  await (await openStored(backup)).close();
  const { clientVersion, file } = manifestOf(backup);
  const tool = await toolFor("pg_restore", Number(clientVersion), { extraFolders: jobsEnv().pgBin });
  if ("missing" in tool) throw new AppError("UNAVAILABLE", tool.missing);
  return {
    archive: { ...file, path: inside(jobsEnv().BACKUP_DIR, backup.storagePath) },
    format: dumpFormatOf(backup.format),
    pgRestore: tool.path,
    signal: gone,
  };
}

export const manifestOf = (backup: Backup): Manifest => manifestSchema.parse(backup.manifest);

/** The table as the manifest has it. Throws TABLE_NOT_FOUND. */
export function tableOf(backup: Backup, name: string): Manifest["tables"][number] {
  const table = manifestOf(backup).tables.find((one) => one.name === name);
  if (!table) throw new AppError("TABLE_NOT_FOUND", "There is no such table in this backup.");
  return table;
}

const known = new Map<string, Promise<Definitions>>();
const knownAtMost = 8;

/** What makes the objects of a backup. Read once for all who ask, for as long as not too many others are asked for. */
export async function definitionsOf(backup: Backup): Promise<Definitions> {
  const found = known.get(backup.sha256);
  known.delete(backup.sha256);
  const reading = found ?? withDump(backup, AbortSignal.timeout(patience), readDefinitions);
  known.set(backup.sha256, reading);
  for (const oldest of known.keys()) if (known.size > knownAtMost) known.delete(oldest);
  try {
    return await reading;
  } catch (error) {
    known.delete(backup.sha256);
    throw error;
  }
}

/** The same if somebody has asked for them already. */
export const knownDefinitions = async (backup: Backup): Promise<Definitions | undefined> =>
  known.get(backup.sha256)?.catch(() => undefined);

/** Aborts when the caller leaves, or after ten minutes. */
export const leaving = (...signals: (AbortSignal | undefined)[]): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(patience), ...signals.filter((signal) => signal !== undefined)]);
