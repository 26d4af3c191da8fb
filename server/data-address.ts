import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { AppError } from "@/db/errors";
import { dataExportOptions, type Wish, wishOf } from "@/jobs/data/options";
import { nameInPath } from "@/server/name-in-path";
import { inCallersWords, toAppError } from "@/server/problem";
import { fromQuery, wireName } from "@/server/rest/wire";
import { projectRef } from "@/server/trpc";

/** The longest address that every server and proxy on the way takes. */
const longestAddress = 7_000;

/** Where a wish can be downloaded, below our own address; null when it does not fit in an address. */
export function downloadPath(projectId: string, wish: Wish): string | null {
  const { what, ...fields } = wish;
  const query = new URLSearchParams({ project_id: projectId });
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === defaults[name]) continue;
    query.set(wireName(name, "snake"), typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  const path = `/api/v1/export/${what === "full" ? "full" : "table"}/download?${query}`;
  return path.length > longestAddress ? null : path;
}

const defaults: Record<string, unknown> = dataExportOptions.parse({});

const exportQuery = dataExportOptions.extend({ projectId: projectRef });

/** What may be a list or an object, which an address has as JSON. */
const structured = ["filters", "ids", "include_tables", "exclude_tables"];

/**
 * What the address of a download asks for. `place` is what its path says: everything (`full`), the table that the query names (`table`),
 * or the name of a table, which is never one of these two then. Throws VALIDATION_ERROR in the names of the address.
 */
export function wishIn(place: string, query: URLSearchParams): { projectId: string; wish: Wish } {
  try {
    const plain = new URLSearchParams(query);
    const given: Record<string, unknown> = {};
    for (const name of structured) {
      const [value, ...more] = query.getAll(name);
      if (value === undefined || more.length > 0 || !/^\s*[[{]/.test(value)) continue;
      given[name] = jsonIn(name, value);
      plain.delete(name);
    }
    if (place !== "full" && place !== "table") {
      if (query.has("table_name")) throw invalid("tableName", "is in the path already");
      given.tableName = nameInPath(place);
    }
    const schema = exportQuery.omit({ ids: true, filters: true });
    const ids = plain.get("ids");
    if (plain.has("filters")) throw invalid("filters", "must be a JSON object");
    if (ids !== null) given.ids = ids.split(",");
    plain.delete("ids");
    const fields = { ...fromQuery(schema, plain, "snake"), ...camel(given) };
    const parsed = exportQuery.safeParse(fields);
    if (!parsed.success) throw new TRPCError({ code: "BAD_REQUEST", cause: parsed.error });
    const { projectId, ...options } = parsed.data;
    if (place === "table" && options.tableName === undefined) throw invalid("tableName", "is missing");
    if (place === "full" && options.tableName !== undefined)
      throw invalid("tableName", "does not go with an export of all tables");
    return { projectId, wish: wishOf(options) };
  } catch (error) {
    throw inCallersWords(toAppError(error), ([head = "", ...tail]) => [wireName(head, "snake"), ...tail]);
  }
}

function jsonIn(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(name, "is not valid JSON");
  }
}

const names = new Map(Object.keys(exportQuery.shape).map((name) => [wireName(name, "snake"), name]));
const camel = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [names.get(name) ?? name, value]));

const invalid = (field: string, error: string) =>
  new AppError("VALIDATION_ERROR", `${field} ${error}.`, { fields: [{ field, error, code: "invalid_value" }] });

/** The query as the document has it. */
export const documentedQuery = (omitted: (keyof typeof exportQuery.shape)[] = []) =>
  z.object(
    Object.fromEntries(
      Object.entries(exportQuery.shape)
        .filter(([name]) => !omitted.some((one) => one === name))
        .map(([name, field]) => [wireName(name, "snake"), jsonText(name) ?? field]),
    ),
  );

const jsonText = (name: string) =>
  structured.includes(wireName(name, "snake"))
    ? z
        .string()
        .optional()
        .meta({ description: name === "filters" ? "As JSON." : "As JSON, or with commas between." })
    : undefined;
