import { type DataExportOptions, dataExportOptions } from "@/jobs/data/options";
import { inCallersWords, toAppError } from "@/server/problem";
import { fromQuery, wireName } from "@/server/rest/wire";

/** What is no text in them is JSON there. */
const asJson = ["filters", "ids"];

/** A wish for rows out of an address, and an address for a wish. Throws VALIDATION_ERROR in the caller's words. */
export function wishOf(query: URLSearchParams, table: string | null): DataExportOptions {
  const plain = new URLSearchParams(query);
  const json = asJson.flatMap((name) => (plain.has(name) ? [[name, jsonOf(plain.get(name) ?? "")]] : []));
  for (const name of ["project_id", ...asJson]) plain.delete(name);
  const found = {
    ...fromQuery(dataExportOptions, plain, "snake"),
    ...Object.fromEntries(json),
    ...(table === null ? {} : { tableName: table }),
  };
  const { data, error } = dataExportOptions.safeParse(found);
  if (data) return data;
  throw inCallersWords(toAppError(new Error("bad wish", { cause: error })), (name) => wireName(name, "snake"));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Where the rows of a wish can be downloaded, without a limit to their size. */
export function downloadPath(projectId: string, { tableName, ...wish }: DataExportOptions): string {
  const defaults: Record<string, unknown> = dataExportOptions.parse({});
  const query = new URLSearchParams({ project_id: projectId });
  for (const [name, value] of Object.entries({ ...wish, tableName })) {
    if (value === undefined || value === defaults[name]) continue;
    query.set(wireName(name, "snake"), asJson.includes(name) ? JSON.stringify(value) : String(value));
  }
  return `/api/v1/export/full/download?${query}`;
}
