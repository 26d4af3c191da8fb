import { z } from "zod";
import { AppError } from "@/db/errors";
import { dataFormats } from "@/jobs/data/format";
import { type FilterOperator, filterOperators } from "@/jobs/data/select";

/** A number that JSON.parse has rounded would choose other rows than those that were meant. */
const exact = z
  .number()
  .refine(
    (n) => !Number.isInteger(n) || Number.isSafeInteger(n),
    "has a number with too many digits: send it as a text",
  );
const scalar = z.union([z.string().max(10_000), exact, z.boolean(), z.null()]);
const name = z.string().min(1).max(252);
const operator = z.enum(filterOperators as readonly [FilterOperator, ...FilterOperator[]]);
const comparisons = z.partialRecord(operator, z.union([scalar, z.array(scalar).max(10_000)]));

const asFilter = `must be a value, or comparisons such as {"gte": 5}; the operators are ${filterOperators.join(", ")}`;
const asId = "must be the value of the primary key, or an object with a value for each of its columns";

/** One byte that COPY takes, and that no reader would take for a part of a value. */
const delimiter = z
  .string()
  .regex(
    /^[^\0\n\r"a-zA-Z0-9.\u0080-\uffff]$/,
    "must be one character (ASCII), and no quote, letter, digit, period or line break",
  );

const form = {
  format: z.enum(dataFormats).default("json"),
  pretty: z.boolean().default(false).meta({ description: "JSON with a line for each column." }),
  includeMetadata: z
    .boolean()
    .default(true)
    .meta({ description: "JSON only: `{metadata, data}` with columns, types and counts, instead of the data alone." }),
  csvDelimiter: delimiter.default(",").meta({ example: ";" }),
  compress: z.boolean().default(false).meta({ description: "With gzip. A zip is compressed already." }),
  guardFormulas: z.boolean().default(false).meta({
    description:
      "CSV only: an apostrophe before texts that begin with `=`, `+`, `-`, `@`, tab or carriage return, which spreadsheets would run. Such a file does not import as it was.",
  }),
};
const tables = z.array(name).min(1).max(10_000).optional();
const filters = z
  .record(name, z.union([scalar, comparisons], { error: asFilter }))
  .optional()
  .meta({
    description: "By column: a value, or comparisons, all of which must hold.",
    example: { status: { ne: "closed" } },
  });
const limit = z.number().int().min(0).max(1_000_000_000).optional();
const offset = z.number().int().min(0).max(1_000_000_000).optional();
const ids = z
  .array(z.union([scalar, z.record(name, scalar)], { error: asId }))
  .min(1)
  .max(10_000);
const includeRelated = z
  .boolean()
  .default(true)
  .meta({ description: "With whatever refers to these rows, and what all of these refer to." });

/** All tables of a project, or some of them. */
export const fullExport = z.strictObject({ ...form, includeTables: tables, excludeTables: tables });

/** One table. */
export const tableExport = z.strictObject({ ...form, tableName: name, filters, limit, offset });

/** Chosen rows of a table, by their primary key. */
export const rowsExport = z.strictObject({ ...form, tableName: name, ids, includeRelated });

/** Any of the three: everything without a table's name, chosen rows with `ids`, else one table. A job keeps these as its options. */
export const dataExportOptions = z.strictObject({
  ...fullExport.shape,
  tableName: name.optional(),
  filters,
  limit,
  offset,
  ids: ids.optional(),
  includeRelated,
});

export type DataExportOptions = z.infer<typeof dataExportOptions>;
type Form = { [K in keyof typeof form]: z.infer<(typeof form)[K]> };
type Of<What extends string, Schema extends z.ZodType> = { what: What } & z.infer<Schema>;

/** What is to be exported, and in what form. */
export type Wish = Form &
  (Of<"full", typeof fullExport> | Of<"table", typeof tableExport> | Of<"rows", typeof rowsExport>);

type Choice = Exclude<keyof DataExportOptions, keyof Form>;
const choices: Record<Wish["what"], Choice[]> = {
  full: ["includeTables", "excludeTables"],
  table: ["tableName", "filters", "limit", "offset"],
  rows: ["tableName", "ids", "includeRelated"],
};
const inWords = { full: "all tables", table: "one table", rows: "chosen rows" };

/** The wish behind the options. Throws VALIDATION_ERROR for options that do not go together. */
export function wishOf({
  includeTables,
  excludeTables,
  tableName,
  filters,
  limit,
  offset,
  ids,
  ...rest
}: DataExportOptions): Wish {
  const { includeRelated, ...form } = rest;
  const what = tableName === undefined && !ids ? "full" : ids ? "rows" : "table";
  const given = { includeTables, excludeTables, tableName, filters, limit, offset, ids };
  for (const [field, value] of Object.entries(given))
    if (value !== undefined && !choices[what].some((choice) => choice === field))
      throw unfitting(field, `does not go with an export of ${inWords[what]}`);
  if (what === "full") return { what, ...form, includeTables, excludeTables };
  if (tableName === undefined) throw unfitting("tableName", "is missing");
  return ids
    ? { what: "rows", ...form, tableName, ids, includeRelated }
    : { what: "table", ...form, tableName, filters, limit, offset };
}

const unfitting = (field: string, error: string) =>
  new AppError("VALIDATION_ERROR", `${field} ${error}.`, { fields: [{ field, error, code: "invalid_value" }] });
