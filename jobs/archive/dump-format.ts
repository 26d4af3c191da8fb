import type { BackupFormat } from "@/db/schema";

/** What pg_dump can write. */
export type DumpFormat = Exclude<BackupFormat, "package">;

/** The format of the dump in a backup of this format. The one in a package is an archive that keeps everything. */
export const dumpFormatOf = (format: BackupFormat): DumpFormat => (format === "package" ? "custom" : format);
