import { and, desc, eq } from "drizzle-orm";
import type postgres from "postgres";
import { db } from "@/db/client";
import { type BackupFormat, backups } from "@/db/schema";
import { manifestSchema } from "@/jobs/archive/manifest";
import { activeRecipients } from "@/jobs/archive/recipients";
import { failed } from "@/jobs/lifecycle/failure";

export type Server = { version: string; major: number; encoding: string; schemaBytes: number };

/** Asks the server who it is and whether the schema is there. Waits no longer than that for any lock, now and later. */
export async function checkServer(session: postgres.Sql, schema: string, lockWaitSeconds: number): Promise<Server> {
  await session.unsafe(`set lock_timeout = '${lockWaitSeconds}s'`);
  const [server] = await session<
    { version: string; number: number; encoding: string; present: boolean; bytes: number }[]
  >`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
      current_setting('server_encoding') as encoding,
      exists (select from pg_namespace where nspname = ${schema}) as present,
      coalesce((select sum(pg_table_size(c.oid)) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = ${schema} and c.relkind = 'r'), 0)::float8 as bytes`;
  if (!server?.present) {
    throw failed({
      code: "schema_gone",
      message: `The schema ${schema} does not exist in this database.`,
      hint: "It was dropped or renamed. Bring it back, or point the project to its new name.",
    });
  }
  const { version, number, encoding, bytes } = server;
  return { version, major: Math.floor(number / 10_000), encoding, schemaBytes: bytes };
}

/** For whom the backup is encrypted: those keys that are in use now, whatever they were when the job was made. */
export async function requireRecipients(): Promise<string[]> {
  const recipients = await activeRecipients();
  if (recipients.length > 0) return recipients;
  throw failed({
    code: "no_encryption_key",
    message: "There is no encryption key in use any more, so the backup could not be encrypted.",
    hint: "Let an administrator make or add one, then retry.",
  });
}

export type LastBackup = { sizeBytes: number; originalBytes: number; tableBytes: ReadonlyMap<string, number> };

/** What the project's last backup of this format measured: the best guess for the next one. */
export async function lastBackup(projectId: string, format: BackupFormat): Promise<LastBackup | null> {
  const [row] = await db
    .select({ sizeBytes: backups.sizeBytes, originalBytes: backups.originalBytes, manifest: backups.manifest })
    .from(backups)
    .where(and(eq(backups.projectId, projectId), eq(backups.format, format)))
    .orderBy(desc(backups.createdAt), desc(backups.id))
    .limit(1);
  const manifest = manifestSchema.safeParse(row?.manifest);
  if (!row || !manifest.success) return null;
  return { ...row, tableBytes: new Map(manifest.data.tables.map((table) => [table.name, table.bytes])) };
}

/** Some room that is never used up: other programs live on this disk too. */
const reserveBytes = 16 * 1024 * 1024;

/**
 * Refuses early when the file will hardly fit. `free` is null where it is not known. Without an earlier backup a tenth of
 * the size on disk is the least that a compressed dump takes: the disk itself has the last word.
 */
export function checkSpace(
  free: number | null,
  { last, schemaBytes, compressed }: { last: LastBackup | null; schemaBytes: number; compressed: boolean },
) {
  if (free === null) return;
  const expected = last ? (compressed ? last.sizeBytes : last.originalBytes) : schemaBytes * (compressed ? 0.1 : 0.5);
  const needed = Math.round(expected + reserveBytes);
  if (needed <= free) return;
  throw failed({
    code: "disk_full",
    message: `The disk is full: about ${megabytes(needed)} needed, ${megabytes(free)} free.`,
    hint: "Free some space in the backup folder, then retry.",
  });
}

/** The disk filled up in spite of the check. */
export const diskFull = (needed: number, free: number | null) =>
  failed({
    code: "disk_full",
    message: `The disk is full: about ${megabytes(needed)} needed${free === null ? "" : `, ${megabytes(free)} free`}.`,
    hint: "Free some space in the backup folder, then retry.",
  });

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
