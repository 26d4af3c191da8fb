import { type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, boolean, check, index, integer, jsonb, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { at, controlPlane, count, createdAt, id, newest } from "./control-plane";
import { jobs } from "./job";
import { projects } from "./project";
import { users } from "./user";

export const backupType = controlPlane.enum("backup_type", ["manual", "scheduled", "safety"]);
export const backupFormat = controlPlane.enum("backup_format", ["custom", "sql", "tar", "package"]);
export const backupCompression = controlPlane.enum("backup_compression", ["gzip", "zstd", "none"]);
export const backupStatus = controlPlane.enum("backup_status", ["available", "missing", "corrupt"]);
/** `archive`: the file is whole and can be read to its end. `restore`: it was restored, and holds what it should. */
export const proofLevel = controlPlane.enum("proof_level", ["archive", "restore"]);

export type ProofLevel = (typeof proofLevel.enumValues)[number];
export type BackupType = (typeof backupType.enumValues)[number];
export type BackupFormat = (typeof backupFormat.enumValues)[number];
export type BackupCompression = (typeof backupCompression.enumValues)[number];
export type BackupStatus = (typeof backupStatus.enumValues)[number];

/** The words of a backup's name and description, for a search by how words begin. Needs no extension. */
const words = (t: { filename: AnyPgColumn; description: AnyPgColumn }) =>
  sql`to_tsvector('simple', regexp_replace(${t.filename} || ' ' || coalesce(${t.description}, ''), '[^[:alnum:]]+', ' ', 'g'))`;

/** What a finished `export_backup` job leaves. A row here means that its file is whole and in its place. */
export const backups = controlPlane.table(
  "backups",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    jobId: uuid("job_id")
      .notNull()
      .references(() => jobs.id),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    type: backupType("type").notNull().default("manual"),
    status: backupStatus("status").notNull().default("available"),
    format: backupFormat("format").notNull(),
    compression: backupCompression("compression").notNull(),
    encrypted: boolean("encrypted").notNull().default(false),
    /** The age public keys whose owners can open it; none when it is not encrypted. */
    recipients: text("recipients").array().notNull().default([]),
    filename: text("filename").notNull(),
    /** Relative to the destination's root, with forward slashes. */
    storagePath: text("storage_path").notNull(),
    /** The backup folder that the file was put into. Null: of before folders had ids, so whichever has it. */
    homeId: uuid("home_id"),
    sizeBytes: count("size_bytes").notNull(),
    /** Before compression. */
    originalBytes: count("original_bytes").notNull(),
    sha256: text("sha256").notNull(),
    tableCount: integer("table_count").notNull(),
    rowCount: count("row_count").notNull(),
    durationMs: integer("duration_ms").notNull(),
    /** See jobs/archive/manifest.ts; large with many tables, so lists leave it out. */
    manifest: jsonb("manifest").$type<unknown>().notNull(),
    description: text("description"),
    tags: text("tags").array().notNull().default([]),
    createdAt: createdAt(),
    pinnedAt: at("pinned_at"),
    /** The schedule that made it, as long as there is that. */
    scheduleId: uuid("schedule_id"),
    /** Its file here was given up, because copies of it are elsewhere. */
    movedAt: at("moved_at"),
    /** The last proof that passed. */
    verifiedAt: at("verified_at"),
    verifiedLevel: proofLevel("verified_level"),
    /** When the file's bytes were last read, or written, to compare them with the sha256. Null: as soon as it is there. */
    checkedAt: at("checked_at").defaultNow(),
  },
  (t) => [
    uniqueIndex("backups_job").on(t.jobId),
    uniqueIndex("backups_storage_path").on(t.storagePath),
    index("backups_by_project").on(t.projectId, newest(t.createdAt), newest(t.id)),
    index("backups_by_time").on(newest(t.createdAt), newest(t.id)),
    // Each filter of the list has an index that also gives the order, so that a rare value is found without a scan.
    index("backups_by_schedule").on(t.scheduleId, newest(t.createdAt)).where(sql`${t.scheduleId} is not null`),
    index("backups_by_status").on(t.status, newest(t.createdAt), newest(t.id)),
    index("backups_by_type").on(t.type, newest(t.createdAt), newest(t.id)),
    index("backups_by_format").on(t.format, newest(t.createdAt), newest(t.id)),
    index("backups_by_compression").on(t.compression, newest(t.createdAt), newest(t.id)),
    index("backups_by_encryption").on(t.encrypted, newest(t.createdAt), newest(t.id)),
    index("backups_by_tag").using("gin", t.tags),
    index("backups_by_word").using("gin", words(t)),
    check("backups_not_empty", sql`${t.sizeBytes} > 0`),
    check("backups_encrypted_for_somebody", sql`${t.encrypted} = (cardinality(${t.recipients}) > 0)`),
  ],
);

/** Whether a word of the backup begins with each word of the text; undefined for a text without words. */
export function backupMatches(text: string): SQL | undefined {
  const query = text
    .match(/[\p{L}\p{N}]+/gu)
    ?.map((word) => `${word}:*`)
    .join(" & ");
  return query === undefined ? undefined : sql`${words(backups)} @@ to_tsquery('simple', ${query})`;
}
