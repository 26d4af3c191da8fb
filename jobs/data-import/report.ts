import { z } from "zod";
import { dataFormats } from "@/jobs/data/format";

/** Why a row or a file cannot be imported. */
const problemKinds = [
  "unknown_table",
  "unknown_field",
  "no_key",
  "row_width",
  "invalid_json",
  "invalid_value",
  "duplicate_key",
  "missing_value",
  "missing_parent",
  "still_referenced",
  "not_unique",
  "check_failed",
  "no_partition",
  "key_exists",
] as const;
export type ProblemKind = (typeof problemKinds)[number];

const count = z.number().int();

export const problem = z.strictObject({
  kind: z.enum(problemKinds),
  table: z.string().nullable(),
  /** From 1, in the order of the file, for each table; null for what is not about one row. */
  row: count.nullable(),
  /** Of the file, from 1, where it is known. */
  line: count.nullable(),
  field: z.string().nullable(),
  /** The first 200 characters of what the file has there. */
  value: z.string().nullable(),
  message: z.string(),
});
export type Problem = z.infer<typeof problem>;

/** Problems of one kind in one field. */
const problemGroup = z.strictObject({
  kind: z.enum(problemKinds),
  table: z.string().nullable(),
  field: z.string().nullable(),
  count,
  /** Of rows, e.g. `2-5, 9`; the first ones where there are many. */
  rows: z.string(),
  /** Of the first of them. */
  message: z.string(),
});

export const tablePlan = z.strictObject({
  table: z.string(),
  /** As the file calls it. */
  source: z.string().nullable(),
  rows: count,
  insert: count,
  update: count,
  skip: count,
  delete: count,
  /** Rows whose key is there already. */
  conflicts: count,
});
export type TablePlan = z.infer<typeof tablePlan>;

/** What a check or an import has found, and the plan: what it is going to do, has done, or would do. */
export const importReport = z.strictObject({
  format: z.enum(dataFormats),
  packing: z.enum(["none", "gzip", "zip"]),
  encoding: z.string(),
  delimiter: z.string().nullable(),
  tables: z.array(tablePlan),
  problemCount: count,
  groups: z.array(problemGroup),
  /** The first hundred. */
  problems: z.array(problem),
  warnings: z.array(z.string()),
});
export type ImportReport = z.infer<typeof importReport>;

/** How many problems are shown one by one. */
export const shownProblems = 100;
