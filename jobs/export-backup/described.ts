import path from "node:path";
import type { backups } from "@/db/schema";
import type { Manifest } from "@/jobs/archive/manifest";

type Described = Pick<
  typeof backups.$inferInsert,
  | "format"
  | "compression"
  | "encrypted"
  | "recipients"
  | "filename"
  | "storagePath"
  | "sizeBytes"
  | "originalBytes"
  | "sha256"
  | "tableCount"
  | "rowCount"
  | "manifest"
>;

/** What the row of a backup says of its file: all of it stands in the manifest, so that a lost row can be made again. */
export function described(manifest: Manifest, storagePath: string): Described {
  const { format, compression, encryption, sizeBytes, originalBytes, sha256 } = manifest.file;
  return {
    format,
    compression,
    encrypted: encryption !== null,
    recipients: encryption?.recipients,
    filename: path.posix.basename(storagePath),
    storagePath,
    sizeBytes,
    originalBytes,
    sha256,
    tableCount: manifest.tables.filter((table) => table.rows !== null).length,
    rowCount: manifest.tables.reduce((sum, table) => sum + (table.rows ?? 0), 0),
    manifest,
  };
}
