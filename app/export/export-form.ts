import { parseTags } from "@/app/backup/tags";
import type { BackupCompression, BackupFormat, ExportOptions } from "@/app/trpc/types";

export const formats = ["custom", "sql", "tar", "package"] as const satisfies readonly BackupFormat[];
export const compressions = ["gzip", "zstd", "none"] as const satisfies readonly BackupCompression[];

/** What may be done with a backup as soon as it is there. */
export const verifications = [
  { value: "none", label: "Do not verify" },
  { value: "archive", label: "Read the file to its end" },
  { value: "restore", label: "Restore it beside the live one and compare every table" },
] as const satisfies { value: NonNullable<ExportOptions["verify"]>; label: string }[];

/** What the form says, as the procedure wants it; fields that were left empty are left out. */
export function readExportForm(data: FormData): Omit<ExportOptions, "projectId" | "idempotencyKey"> {
  const text = (name: string) => String(data.get(name) ?? "").trim();
  const compression = compressions.find((one) => one === data.get("compression")) ?? "gzip";
  return {
    format: formats.find((one) => one === data.get("format")) ?? "custom",
    compress: compression !== "none",
    compression,
    encrypt: data.get("encrypt") === "on",
    destinations: readDestinations(data),
    verify: verifications.find(({ value }) => value === data.get("verify"))?.value ?? "none",
    description: text("description") || undefined,
    tags: parseTags(text("tags")),
    storagePath: text("storagePath") || undefined,
    notifyEmail: text("notifyEmail") || undefined,
  };
}

/** Where copies are to go; undefined where the form has not asked, because there is no destination. */
export const readDestinations = (data: FormData): string[] | undefined =>
  data.has("asksDestinations") ? data.getAll("destinations").map(String) : undefined;
