import type { Backup, BackupCompression, BackupFormat } from "@/app/trpc/types";
import type { Tone } from "@/app/ui/status-mark";

export const formatWords: Record<BackupFormat, { name: string; about: string }> = {
  custom: { name: "Custom", about: "for pg_restore: pick tables, restore in parallel" },
  sql: { name: "SQL", about: "plain text for psql: easy to read and to change" },
  tar: { name: "Tar", about: "for pg_restore: an archive of plain files" },
  package: { name: "Package", about: "for anybody: dump, restore script and README" },
};

export const compressionWords: Record<BackupCompression, { name: string; about: string }> = {
  gzip: { name: "gzip", about: "opens everywhere" },
  zstd: { name: "zstd", about: "smaller" },
  none: { name: "None", about: "the file as the tool wrote it" },
};

export const typeWords: Record<Backup["type"], string> = {
  manual: "Manual",
  scheduled: "Scheduled",
  safety: "Safety",
};

export const backupLooks: Record<Backup["status"], { tone: Tone; word: string }> = {
  available: { tone: "good", word: "Available" },
  missing: { tone: "bad", word: "File missing" },
  corrupt: { tone: "bad", word: "File changed" },
};
