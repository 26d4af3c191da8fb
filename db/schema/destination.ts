import { sql } from "drizzle-orm";
import { check, index, jsonb, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { secretJson } from "@/db/secret";
import { backups } from "./backup";
import { at, controlPlane, count, createdAt, id } from "./control-plane";
import { jobs } from "./job";

export const destinationKind = controlPlane.enum("destination_kind", ["local", "s3", "telegram"]);
/**
 * `pending`: its job has not ended well yet, and may have given up. `stored`: it was there, whole, when it was last looked
 * for. `missing`, `corrupt`: what a later look has found.
 */
export const copyStatus = controlPlane.enum("copy_status", ["pending", "stored", "missing", "corrupt"]);

export type DestinationKind = (typeof destinationKind.enumValues)[number];
export type CopyStatus = (typeof copyStatus.enumValues)[number];

/** A folder, of this machine or mounted. Absolute, and the same on all hosts. */
export type LocalSettings = { folder: string };

export type S3Settings = {
  /** Null: Amazon's own for the region. */
  endpoint: string | null;
  region: string;
  bucket: string;
  /** Before every key; without slashes at its ends, empty for none. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** `https://host/bucket/key` rather than `https://bucket.host/key`. */
  pathStyle: boolean;
};

export type TelegramSettings = {
  botToken: string;
  /** A number, or `@channel`. */
  chatId: string;
  /** Of a Bot API server, without the bot's part; Telegram's own is `https://api.telegram.org`. */
  apiUrl: string;
  /** The largest file that the server takes, and the largest that it gives back. Parts are no larger than either. */
  uploadMaxBytes: number;
  downloadMaxBytes: number;
};

/** By its kind. */
export type DestinationSettings =
  | ({ kind: "local" } & LocalSettings)
  | ({ kind: "s3" } & S3Settings)
  | ({ kind: "telegram" } & TelegramSettings);

/** Where copies of backups are kept, besides the folder that every backup is made in. */
export const destinations = controlPlane.table(
  "destinations",
  {
    id: id(),
    name: text("name").notNull(),
    kind: destinationKind("kind").notNull(),
    settings: secretJson<DestinationSettings>("settings").notNull(),
    /** Since when backups that name no destination are copied here too. */
    defaultSince: at("default_since"),
    createdAt: createdAt(),
    checkedAt: at("checked_at"),
    unhealthySince: at("unhealthy_since"),
    /** What the last check or copy ran into, in plain words. */
    problem: text("problem"),
    freeBytes: count("free_bytes"),
  },
  (t) => [
    uniqueIndex("destinations_name").on(sql`lower(${t.name})`),
    check("destinations_unhealthy_because", sql`(${t.unhealthySince} is null) = (${t.problem} is null)`),
  ],
);

/** A backup's file at a destination. Without its backup it is to be removed there. */
export const backupCopies = controlPlane.table(
  "backup_copies",
  {
    id: id(),
    backupId: uuid("backup_id").references(() => backups.id, { onDelete: "set null" }),
    destinationId: uuid("destination_id")
      .notNull()
      .references(() => destinations.id),
    /** The job that makes it, or made it last. */
    jobId: uuid("job_id").references(() => jobs.id, { onDelete: "set null" }),
    status: copyStatus("status").notNull().default("pending"),
    /** Under which name it is there; relative, with forward slashes. */
    name: text("name").notNull(),
    sizeBytes: count("size_bytes"),
    /** What its destination needs to find it again, besides the name. */
    locator: jsonb("locator").$type<unknown>(),
    /** Where its manifest is, or, while it is owed, may be; null when there is none beside it. */
    sidecar: jsonb("sidecar").$type<{ name: string; sizeBytes: number; locator: unknown; isOwed?: true }>(),
    problem: text("problem"),
    createdAt: createdAt(),
    storedAt: at("stored_at"),
    /** When it was last looked for. */
    checkedAt: at("checked_at"),
    /** Since when it is missing. */
    missingSince: at("missing_since"),
    /** When all of its bytes were last read back and found right. */
    verifiedAt: at("verified_at"),
  },
  (t) => [
    uniqueIndex("backup_copies_place").on(t.backupId, t.destinationId),
    index("backup_copies_by_destination").on(t.destinationId, t.status),
    index("backup_copies_by_job").on(t.jobId),
    index("backup_copies_to_remove").on(t.createdAt).where(sql`${t.backupId} is null`),
    check("backup_copies_stored_somewhere", sql`${t.status} <> 'stored' or ${t.sizeBytes} is not null`),
  ],
);
