import type { BackupCompression, BackupFormat } from "@/db/schema";

const formatEnding = { custom: "dump", sql: "sql", tar: "tar" } as const;
const compressionEnding = { gzip: ".gz", zstd: ".zst", none: "" } as const;

/** `acme_2026-01-29T153007Z.dump.gz.age`: sorts by time, has nothing that a shell or a file system minds. */
export function backupFilename(
  slug: string,
  at: Date,
  kind: { format: BackupFormat; compression: BackupCompression; encrypt: boolean },
): string {
  const time = at
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "");
  const encryptionEnding = kind.encrypt ? ".age" : "";
  return `${slug}_${time}.${formatEnding[kind.format]}${compressionEnding[kind.compression]}${encryptionEnding}`;
}
