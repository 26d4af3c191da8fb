import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { dbEnv } from "@/db/env";

const seconds = (fallback: number) => z.coerce.number().int().positive().default(fallback);

const schema = z
  .object({
    WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(Math.max(2, os.availableParallelism())),
    BACKUP_DIR: z.string().optional(),
    /** Where uploaded dumps wait until a project is made of them; workers on other hosts need the same folder. */
    UPLOAD_DIR: z.string().optional(),
    /** Where files of exported rows are, a day at most; workers and web processes on other hosts need the same folder. */
    EXPORT_DIR: z.string().optional(),
    /** The largest file that may be uploaded, and the most that it may unpack to. */
    UPLOAD_MAX_MB: z.coerce.number().positive().default(5_000),
    UNPACKED_MAX_MB: z.coerce.number().positive().default(100_000),
    /** The largest file of rows that may be uploaded. */
    IMPORT_MAX_MB: z.coerce.number().positive().default(5_000),
    /** Folders to look for PostgreSQL's programs in, before all others. */
    COFFER_PG_BIN: z.string().default(""),
    EXPORT_LOCK_WAIT_SECONDS: seconds(60),
    EXPORT_STALL_SECONDS: seconds(300),
    EXPORT_BUDGET_SECONDS: seconds(12 * 3600),
    /** How long a restore waits for others to leave the schema that it replaces. */
    RESTORE_LOCK_WAIT_SECONDS: seconds(60),
    /** How much of the backups' files a worker reads to find out whether they are whole. */
    CHECK_MB_PER_MINUTE: z.coerce.number().min(0).default(200),
    /** How long a download link is good for. */
    DOWNLOAD_LINK_SECONDS: z.coerce.number().int().min(10).default(3600),
    /** Host names, addresses and networks that destinations and notifications may be at, though they are private. */
    PRIVATE_HOSTS: z.string().default(""),
    /** The server that mails are handed to: `smtp://user:password@host:587`, or `smtps://` where TLS comes first. */
    SMTP_URL: z
      .string()
      .regex(/^(smtps?:\/\/[^/\s].*)?$/, "SMTP_URL must be like smtp://user:password@host:587.")
      .optional(),
    /** Who they come from: `Coffer <coffer@example.org>`. */
    MAIL_FROM: z
      .string()
      .regex(/^([^\r\n]*[^\s@]@[^\s@]+)?$/, "MAIL_FROM must hold an e-mail address.")
      .optional(),
    /** How long the download link in the mail about a finished export is good for. */
    MAIL_LINK_HOURS: z.coerce
      .number()
      .int()
      .min(1)
      .max(24 * 30)
      .default(72),
  })
  .refine((env) => !env.SMTP_URL || env.MAIL_FROM, "SMTP_URL needs MAIL_FROM, whom mails come from.");

let parsed:
  | (Omit<z.infer<typeof schema>, "COFFER_PG_BIN"> &
      Record<"BACKUP_DIR" | "UPLOAD_DIR" | "EXPORT_DIR", string> & { pgBin: string[] })
  | undefined;

/** The worker's environment, read once, on first use. */
export function jobsEnv() {
  if (!parsed) {
    const { COFFER_PG_BIN, ...env } = schema.parse(process.env);
    parsed = {
      ...env,
      BACKUP_DIR: path.resolve(env.BACKUP_DIR ?? path.join(dbEnv().DATA_DIR, "backups")),
      UPLOAD_DIR: path.resolve(env.UPLOAD_DIR ?? path.join(dbEnv().DATA_DIR, "uploads")),
      EXPORT_DIR: path.resolve(env.EXPORT_DIR ?? path.join(dbEnv().DATA_DIR, "exports")),
      pgBin: COFFER_PG_BIN.split(path.delimiter).filter(Boolean),
    };
  }
  return parsed;
}

/** All that a tool inherits from us: where programs and temporary files are. Messages in English, so that they can be understood. */
export function toolEnv(): NodeJS.ProcessEnv {
  const { NODE_ENV, PATH, HOME, TMPDIR, SystemRoot } = process.env;
  return { NODE_ENV, PATH, HOME, TMPDIR, SystemRoot, LC_ALL: "C" };
}
