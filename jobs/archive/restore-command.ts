import type { BackupCompression, BackupFormat } from "@/db/schema";

const unpackers = { gzip: "gunzip -c", zstd: "zstd -dc" } as const;

const restorers: Record<Exclude<BackupFormat, "package">, string> = {
  custom: "pg_restore --no-owner -d DBNAME",
  tar: "pg_restore -Ft --no-owner -d DBNAME",
  sql: "psql -1 -v ON_ERROR_STOP=1 -d DBNAME",
};

type File = { filename: string; format: BackupFormat; compression: BackupCompression; encrypted: boolean };

/** Where the command looks for the secret key. */
export const keyFile = "key.txt";

/** Brings a downloaded backup back with stock tools. */
export function restoreCommand({ filename, format, compression, encrypted }: File): string {
  if (format === "package") return packageCommand(filename, encrypted);
  const restore = restorers[format];
  if (encrypted) {
    const unpack = compression === "none" ? [] : [unpackers[compression]];
    return [`age -d -i ${keyFile} ${filename}`, ...unpack, restore].join(" | ");
  }
  if (compression !== "none") return `${unpackers[compression]} ${filename} | ${restore}`;
  return format === "sql" ? `${restore} -f ${filename}` : `${restore} ${filename}`;
}

/** A package has a folder in it that is named like the file, whatever number the file got to tell it from another. */
function packageCommand(filename: string, encrypted: boolean): string {
  const folder = filename.replace(/(-\d+)?\.package\.tar$/, "");
  return `tar -xf ${filename} && sh ./${folder}/restore.sh DBNAME${encrypted ? ` ${keyFile}` : ""}`;
}
