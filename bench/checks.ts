import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import type { Lab } from "@/bench/lab";
import type { Row } from "@/bench/report";
import { db } from "@/db/client";
import { backupCopies, backups, jobs, projects, scheduleRuns } from "@/db/schema";
import { hashFile } from "@/jobs/archive/hash-file";
import { parseManifest } from "@/jobs/archive/manifest";
import { homeIdFile, sidecarSuffix } from "@/jobs/home/path";
import type { S3Server } from "@/jobs/testing/s3-server";

/** What is wrong, one sentence each; none when all is well. */
export type Check = { what: string; wrong: string[] };

/** As a row of the report, with what was found on the screen. */
export function rowOf({ what, wrong }: Check): Row {
  console.log(`${wrong.length === 0 ? "✓" : "✗"} ${what}: ${wrong.length === 0 ? "none" : wrong.length}`);
  for (const line of wrong.slice(0, 10)) console.log(`    ${line}`);
  return { what, ours: "", peer: "", result: wrong.length, unit: "", target: { atMost: 0 } };
}

export type Scene = {
  lab: Lab;
  bucket: S3Server;
  /** All the backup folders, and the one that a backup's file is to be in. */
  folders: string[];
  folderOf: (backup: typeof backups.$inferSelect) => string;
};

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** The file of each backup and its copy are whole, and the copy's manifest is beside it. */
export async function checkBytes({ bucket, folderOf }: Scene): Promise<Check[]> {
  const found = await db
    .select({ backup: backups, copy: backupCopies, slug: projects.slug })
    .from(backups)
    .innerJoin(projects, eq(projects.id, backups.projectId))
    .leftJoin(backupCopies, eq(backupCopies.backupId, backups.id));
  const files: string[] = [];
  const copies: string[] = [];
  for (const { backup, copy, slug } of found) {
    const hash = await hashFile(path.join(folderOf(backup), backup.storagePath)).catch((error) => String(error));
    if (backup.status !== "available" || hash !== backup.sha256) files.push(`${slug}: ${backup.status}, ${hash}`);
    const at = (name = "") => bucket.contents.objects.get(`${bucket.settings.prefix}/${name}`);
    const object = at(copy?.name);
    const isDescribed = parseManifest(at(copy?.sidecar?.name)?.bytes.toString() ?? null)?.file.sha256 === backup.sha256;
    const isWhole = isDescribed && object?.bytes.length === backup.sizeBytes && sha256(object.bytes) === backup.sha256;
    if (copy?.status !== "stored" || copy.sizeBytes !== backup.sizeBytes || !isWhole)
      copies.push(`${slug}: ${copy?.status ?? "no copy"}, ${object ? `${object.bytes.length} bytes` : "no object"}`);
  }
  return [
    { what: "backups whose file is not whole by its checksum", wrong: files },
    { what: "backups whose copy in the bucket is not whole", wrong: copies },
  ];
}

/** No file, object, process or session that belongs to no backup. */
export async function checkLeftovers({ lab, bucket, folders, folderOf }: Scene): Promise<Check[]> {
  const listed = await db
    .select({ backup: backups, copy: backupCopies.name, sidecar: backupCopies.sidecar })
    .from(backups)
    .leftJoin(backupCopies, eq(backupCopies.backupId, backups.id));
  const shaOf = new Map(listed.map(({ backup }) => [backup.storagePath, backup.sha256]));
  const placeOf = new Map(listed.map(({ backup }) => [backup.storagePath, folderOf(backup)]));
  const strange: string[] = [];
  for (const folder of folders) {
    for (const file of await filesIn(folder)) {
      const name = file.endsWith(sidecarSuffix) ? file.slice(0, -sidecarSuffix.length) : file;
      if (file === homeIdFile || placeOf.get(name) === folder) continue;
      // Brought there while its own host was not at work: one whole file more.
      const found = await hashFile(path.join(folder, name)).catch(() => null);
      if (found === null || found !== shaOf.get(name)) strange.push(path.join(folder, file));
    }
  }
  const keys = new Set(
    listed.flatMap(({ copy, sidecar }) => [copy, sidecar?.name].map((name) => `${bucket.settings.prefix}/${name}`)),
  );
  const sessions = await lab.tenants<{ name: string }[]>`
    select application_name as name from pg_stat_activity where application_name like 'coffer:%'`;
  const { objects, uploads } = bucket.contents;
  return [
    { what: "files in a backup folder that are of no backup in it", wrong: strange },
    {
      what: "objects and unfinished uploads in the bucket that are of no copy",
      wrong: [...[...objects.keys()].filter((key) => !keys.has(key)), ...uploads.keys()],
    },
    { what: "sessions left at the tenants' server", wrong: sessions.map(({ name }) => name) },
  ];
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Everything has ended, and ended well. */
export async function checkRows(): Promise<Check[]> {
  const odd = await db
    .select({ kind: jobs.kind, status: jobs.status, code: jobs.errorCode, step: jobs.currentStep, slug: projects.slug })
    .from(jobs)
    .leftJoin(projects, eq(projects.id, jobs.projectId))
    .where(sql`${jobs.status} <> 'completed'`);
  const runs = await db
    .select({ jobId: scheduleRuns.jobId })
    .from(scheduleRuns)
    .where(sql`${scheduleRuns.retainedAt} is null`);
  const bells = await db.execute<{ text: string }>(sql`
    select concat_ws(' ', t.identifier, j.key, 'attempt', j.attempts, 'locked by', j.locked_by, j.last_error) as text
    from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id`);
  const name = ({ slug, kind, status, code, step }: (typeof odd)[number]) =>
    `${slug}: ${kind} ${status}${code ? ` (${code})` : ""}, ${step}`;
  return [
    { what: "jobs that are not completed", wrong: odd.map(name) },
    { what: "runs of schedules whose policy was not applied", wrong: runs.map(({ jobId }) => jobId) },
    { what: "rows left in graphile-worker's queue", wrong: bells.map(({ text }) => text) },
  ];
}
