import { readFilters } from "@/app/data/export-filters";
import type { DataExport } from "@/app/trpc/types";

export const formats = [
  { value: "json", name: "JSON", about: "One document, with types and counts" },
  { value: "ndjson", name: "NDJSON", about: "A row a line, for programs" },
  { value: "csv", name: "CSV", about: "For spreadsheets; several tables in a zip" },
] as const satisfies { value: NonNullable<DataExport["format"]>; name: string; about: string }[];

export type Format = (typeof formats)[number]["value"];

export const formatIn = (form: FormData): Format =>
  formats.find(({ value }) => value === form.get("format"))?.value ?? "json";

/** Which of all tables are wanted: exactly one can be filtered. */
export type Tables = { chosen: readonly string[]; all: readonly string[] };

/** A zip is packed already. */
export const isZip = (format: Format, { chosen }: Pick<Tables, "chosen">): boolean =>
  format === "csv" && chosen.length !== 1;

/** What the form says, as the procedure wants it: what does not fit the format is left out. */
export function readExportWish(form: FormData, tables: Tables): Omit<DataExport, "projectId" | "idempotencyKey"> {
  const format = formatIn(form);
  const isOn = (name: string) => form.get(name) === "on";
  return {
    format,
    ...(format === "json" && { pretty: isOn("pretty"), includeMetadata: isOn("includeMetadata") }),
    ...(format === "csv" && {
      csvDelimiter: String(form.get("csvDelimiter") ?? ",") || ",",
      guardFormulas: isOn("guardFormulas"),
    }),
    ...(!isZip(format, tables) && { compress: isOn("compress") }),
    ...readRows(form, tables),
  };
}

function readRows(form: FormData, { chosen, all }: Tables) {
  const [tableName] = chosen;
  if (chosen.length !== 1 || tableName === undefined)
    return chosen.length === all.length ? {} : { includeTables: [...chosen] };
  const filters = readFilters(form);
  const limit = String(form.get("limit") ?? "").trim();
  return {
    tableName,
    ...(Object.keys(filters).length > 0 && { filters }),
    ...(limit && { limit: Number(limit) }),
  };
}
