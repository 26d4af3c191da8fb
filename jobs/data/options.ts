import { z } from "zod";
import { filterOperators } from "@/jobs/data/select";

const tableName = z.string().min(1).max(63);
const value = z.union([z.string().max(100_000), z.number(), z.boolean(), z.null()]);

/** How rows are written. */
export const writingShape = {
  format: z.enum(["json", "ndjson", "csv"]).default("json"),
  /** Of JSON: a line for each column. */
  pretty: z.boolean().default(false),
  /** Of JSON: what the rows are of comes before them. */
  includeMetadata: z.boolean().default(true),
  csvDelimiter: z
    .string()
    .length(1)
    .regex(
      /^[^"\r\n\\.A-Za-z0-9]$/,
      "must be one character that is no quote, letter, digit, dot, backslash or line's end",
    )
    .refine((text) => Buffer.byteLength(text) === 1, "must be one byte")
    .default(","),
  /** With gzip; several tables as CSV are in a zip file anyway. */
  compress: z.boolean().default(false),
  /** Of CSV: texts that a spreadsheet would take for a formula get an apostrophe before them. */
  guardFormulas: z.boolean().default(false),
};

/** All tables but some, or some. */
export const everythingShape = {
  includeTables: z.array(tableName).min(1).max(10_000).optional(),
  excludeTables: z.array(tableName).max(10_000).optional(),
};

const comparisons = z.partialRecord(z.enum(filterOperators), z.union([value, z.array(value).max(10_000)]));

/** Rows of one table: those that pass all filters, and of those a page in the order of the primary key. */
export const oneTableShape = {
  filters: z.record(z.string().max(63), z.union([value, comparisons])).optional(),
  limit: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  offset: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
};

const id = z.union([value, z.record(z.string().max(63), value)]);

/** Rows of one table by their primary key, with all that belongs to them. */
export const chosenShape = {
  ids: z.array(id).min(1).max(10_000).optional(),
  includeRelated: z.boolean().default(true),
};

/** What may be asked of an export of rows: everything, unless one table is named. A job keeps these as its options. */
export const dataExportOptions = z.strictObject({
  ...writingShape,
  ...everythingShape,
  tableName: tableName.optional(),
  ...oneTableShape,
  ...chosenShape,
});

export type DataExportOptions = z.infer<typeof dataExportOptions>;
export { tableName };
