import { z } from "zod";
import { dataFormats } from "@/jobs/data/format";
import { encodings } from "@/jobs/data-file/text";
import { conflictRules, importModes } from "@/jobs/data-import/rules";

const name = z.string().min(1).max(63);

/** Which table the rows of one source of the file go to, and which column each field. What is mapped to null is left out. */
const sourceMapping = z.strictObject({
  /** As the file calls it; null where its rows have no table's name. */
  source: z.string().max(1000).nullable(),
  table: name.nullable(),
  /** By field. Without it each field goes to the column of its own name, and one that has none is an error. */
  columns: z.record(z.string().max(1000), name.nullable()).optional(),
  /** What tells rows apart: the columns of the primary key, or of a unique one. The primary key without it. */
  key: z.array(name).min(1).max(32).optional(),
});

/** How a file is to be read and where its rows go: what decides what is staged. */
const reading = {
  fileId: z.uuid(),
  format: z.enum(dataFormats).optional(),
  delimiter: z.string().length(1).optional(),
  encoding: z.enum(encodings).optional(),
  /** How days are written that are not written as year-month-day. */
  dateOrder: z.enum(["ymd", "dmy", "mdy"]).default("ymd"),
  /** For a file whose rows are of one table. */
  table: name.optional(),
  mapping: z.array(sourceMapping).max(500).optional(),
};

const merging = {
  importMode: z.enum(importModes).default("insert_only"),
  conflictResolution: z.enum(conflictRules).default("fail"),
};

/** What may be asked of a check. */
export const checkOptions = z.strictObject({
  ...reading,
  ...merging,
  /** `validate` looks at the file alone, `dry_run` also at what its import would do. */
  purpose: z.enum(["validate", "dry_run"]).default("dry_run"),
});

/** What may be asked of an import. */
export const importOptions = z.strictObject({
  ...reading,
  ...merging,
  /** Look for everything that stands in its way before anything is written. Without it the first one ends the import. */
  validateFirst: z.boolean().default(true),
  /** A backup of what is there now comes first. */
  createBackup: z.boolean().default(true),
  /** The tables' own triggers fire. Only an administrator may switch them off. */
  triggers: z.boolean().default(true),
  /** The job of the dry run whose numbers this import has to come to; it changes nothing if the data have changed since. */
  dryRunId: z.uuid().optional(),
});

export type Reading = z.infer<z.ZodObject<typeof reading>>;
export type CheckOptions = z.infer<typeof checkOptions>;
export type ImportOptions = z.infer<typeof importOptions>;

/** The steps of a check. */
export const checkSteps = [
  { name: "read", title: "Reading the file" },
  { name: "compare", title: "Comparing with the project's rows" },
];

/** The steps of an import. */
export const importSteps = ({ createBackup }: Pick<ImportOptions, "createBackup">) => [
  { name: "read", title: "Reading the file" },
  ...(createBackup ? [{ name: "safety", title: "Making a safety backup" }] : []),
  { name: "compare", title: "Comparing with the project's rows" },
  { name: "apply", title: "Writing rows" },
];
