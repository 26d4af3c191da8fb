import type { BackupCompression, BackupFormat } from "@/db/schema";
import type { DumpFormat } from "@/jobs/archive/dump-format";

type Kind<Format> = { format: Format; compression: BackupCompression; encrypt: boolean };

const formatEnding = { custom: "dump", sql: "sql", tar: "tar" } as const;
const compressionEnding = { gzip: ".gz", zstd: ".zst", none: "" } as const;

/** `acme_2026-01-29T153007Z.dump.gz.age`: sorts by time, has nothing that a shell or a file system minds. */
export function backupFilename(slug: string, at: Date, { format, ...rest }: Kind<BackupFormat>): string {
  // What is compressed and encrypted is the dump in the package, not the package.
  const ending = format === "package" ? "package.tar" : dumpEnding({ format, ...rest });
  return `${stemOf(slug, at)}.${ending}`;
}

/** What stands in a package: `acme_2026-01-29T153007Z/acme.dump.gz`. A name in a tar file has little room. */
export const packageNames = (slug: string, at: Date, kind: Omit<Kind<"custom">, "format">) => ({
  folder: stemOf(slug, at),
  dump: `${slug.slice(0, 60)}.${dumpEnding({ ...kind, format: "custom" })}`,
});

function stemOf(slug: string, at: Date): string {
  const time = at
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "");
  return `${slug}_${time}`;
}

/** Whether a file has a name as Coffer gives it: a bucket may hold other people's files beside ours. */
export const isBackupFilename = (path: string): boolean => /_\d{4}-\d\d-\d\dT\d{6}Z[^/]*$/.test(path);

const dumpEnding = ({ format, compression, encrypt }: Kind<DumpFormat>): string =>
  `${formatEnding[format]}${compressionEnding[compression]}${encrypt ? ".age" : ""}`;
