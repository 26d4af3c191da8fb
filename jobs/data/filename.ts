import type { Wish } from "@/jobs/data/options";

type Shape = { isZip: boolean };

/** `acme_2026-01-29T153007Z.json.gz`, of a table `acme_clients_2026-…`: has nothing that a shell or a file system minds. */
export function exportFilename(slug: string, wish: Wish, { at, isZip }: Shape & { at: Date }): string {
  const time = at
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "");
  const table = wish.what === "full" ? "" : `_${wish.tableName.replace(/[^\w-]/g, "-").slice(0, 63)}`;
  const ending = isZip ? "zip" : `${wish.format}${wish.compress ? ".gz" : ""}`;
  return `${slug}${table}_${time}.${ending}`;
}

const types = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8; header=present",
};

export function exportType({ format, compress }: Wish, { isZip }: Shape): string {
  if (isZip) return "application/zip";
  return compress ? "application/gzip" : types[format];
}

/** A table's file in a zip: what a file system or a reader of zip files minds is written as in an address, so that no two are the same. */
export const zippedName = (table: string): string =>
  `${table.replace(/[%/\\:*?"<>|\p{Cc}]/gu, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`)}.csv`;
