import { z } from "zod";
import { dataExportOptions } from "@/jobs/data/options";
import { binary } from "@/server/rest/present/file";
import { jobAnswer, jobLocationDoc, presentStarted } from "@/server/rest/present/job";
import { row, type Stream } from "@/server/rest/row";
import { wireSchema } from "@/server/rest/wire";

const tag = "Data";

const column = z.strictObject({
  name: z.string(),
  type: z.string().meta({ example: "numeric(10,2)" }),
  isNullable: z.boolean(),
});
const table = z.strictObject({
  name: z.string().meta({ example: "clients" }),
  description: z.string().nullable().meta({ description: "The table's COMMENT." }),
  rowEstimate: z.number().nullable().meta({ description: "The planner's guess; null when it has never looked." }),
  columns: z.array(column),
});

const exported = z
  .strictObject({
    success: z.literal(true),
    message: z.string(),
    format: dataExportOptions.shape.format.unwrap(),
    data: z.unknown().meta({
      description:
        "JSON as itself, with every digit; NDJSON and CSV as text; what is packed (gzip, or the zip of several tables as CSV) in base64. Null above 1 MiB: download it.",
    }),
    recordCount: z.number().int(),
    tableCounts: z.record(z.string(), z.number().int()),
    exportTimestamp: z.iso.datetime(),
    compressed: z.boolean(),
    downloadFilename: z.string(),
    downloadUrl: z
      .url()
      .meta({ description: "The same rows without a limit. Needs the same authorization as this request." }),
  })
  .meta({ id: "DataExport" });

const common = { tag, method: "POST" as const, casing: "snake" as const, status: 200, output: exported };
const errors = ["PROJECT_NOT_FOUND", "TABLE_NOT_FOUND", "DATABASE_UNREACHABLE"] as const;

/** `client_ids` means the ids, whatever the table is called. */
const idsAlias = (name: string): string => (/^[a-z0-9_]+_ids$/.test(name) ? "ids" : name);

export const dataRows = [
  row({
    id: "listDataTables",
    tag,
    method: "GET",
    path: "/api/v1/export/tables",
    summary: "List the tables of a project",
    description:
      "Those of the live schema whose rows can be exported. A partitioned table is one table; `default_tables` are those of a full export.",
    procedure: "data.tables",
    casing: "snake",
    status: 200,
    errors: ["PROJECT_NOT_FOUND", "DATABASE_UNREACHABLE"],
    output: z.strictObject({ tables: z.array(table), defaultTables: z.array(z.string()) }),
    present: (tables) => ({ body: { tables, defaultTables: tables.map(({ name }) => name) } }),
  }),

  row({
    ...common,
    id: "exportAllRows",
    path: "/api/v1/export/full",
    summary: "Export the rows of a project",
    description:
      "Of all tables or some, all as they were at one time. Several tables as CSV are a zip file with a file for each.",
    procedure: "data.full",
    errors: [...errors],
    present: (found) => ({ body: found }),
    example: { body: { project_id: "acme", format: "json", exclude_tables: ["logs"] } },
  }),

  row({
    ...common,
    id: "exportTableRows",
    path: "/api/v1/export/table",
    summary: "Export rows of one table",
    description:
      "Those that pass all `filters`: `{ column: value }` or `{ column: { operator: value } }` with eq, ne, lt, lte, gt, gte, in, like, is_null. With `limit` or `offset` in the order of the primary key.",
    procedure: "data.table",
    errors: [...errors],
    present: (found) => ({ body: found }),
    example: {
      body: { project_id: "acme", table_name: "orders", format: "csv", filters: { total: { gte: 100 } }, limit: 1000 },
    },
  }),

  row({
    ...common,
    id: "exportChosenRows",
    path: "/api/v1/export/{table}",
    summary: "Export chosen rows of one table with everything that belongs to them",
    description:
      "By the primary key: `ids` (also as `client_ids` and the like), each a value, or an object where the key has several columns. With `include_related`, all that refers to them, and what that refers to. A table that is called full, table or tables is named in `table_name` of the other operations.",
    procedure: "data.rows",
    rename: { table: "tableName" },
    alias: idsAlias,
    errors: [...errors, "ROW_NOT_FOUND"],
    present: (found) => ({ body: found }),
    example: { body: { project_id: "lunaria", ids: [17], format: "json" } },
  }),

  row({
    id: "startDataExport",
    tag,
    method: "POST",
    path: "/api/v1/exports",
    summary: "Start to write rows into a file",
    description:
      "For large exports: with progress and cancel, to be downloaded from `/api/v1/exports/{job_id}/download` for a day. Takes what the other exports of rows take.",
    procedure: "data.startExport",
    casing: "snake",
    status: 202,
    idempotent: true,
    waits: true,
    errors: ["PROJECT_NOT_FOUND", "IDEMPOTENCY_KEY_REUSED"],
    headers: jobLocationDoc,
    output: jobAnswer,
    present: presentStarted,
    example: { body: { project_id: "acme", format: "csv", compress: true } },
  }),
];

const wish = wireSchema(dataExportOptions.omit({ filters: true, ids: true, tableName: true }), "snake");
const query = z.object({
  project_id: z.string(),
  ...(wish instanceof z.ZodObject ? wish.partial().shape : {}),
  filters: z.string().optional().meta({ description: "As JSON." }),
  ids: z.string().optional().meta({ description: "As JSON." }),
});
const files = {
  "application/json": z.unknown(),
  "application/x-ndjson": binary,
  "text/csv": binary,
  "application/zip": binary,
  "application/gzip": binary,
};
const streamErrors = [
  "VALIDATION_ERROR",
  "PERMISSION_DENIED",
  ...errors,
  "ROW_NOT_FOUND",
  "RATE_LIMIT_EXCEEDED",
  "METHOD_NOT_ALLOWED",
] as const;

export const dataStreams: Stream[] = [
  {
    id: "downloadAllRows",
    tag,
    method: "GET",
    path: "/api/v1/export/full/download",
    summary: "Download the rows of a project while they are read",
    description: "Without a limit, and without a length: a connection that breaks means that the file is not whole.",
    status: 200,
    errors: [...streamErrors],
    parameters: { query: query.extend({ table_name: z.string().optional() }) },
    content: files,
    headers: { "Content-Disposition": "The file's name." },
  },
  {
    id: "downloadTableRows",
    tag,
    method: "GET",
    path: "/api/v1/export/{table}/download",
    summary: "Download rows of one table while they are read",
    status: 200,
    errors: [...streamErrors],
    parameters: { path: z.object({ table: z.string() }), query },
    content: files,
    headers: { "Content-Disposition": "The file's name." },
  },
  {
    id: "downloadExport",
    tag,
    method: "GET",
    path: "/api/v1/exports/{job_id}/download",
    summary: "Download the file that a job has made of rows",
    status: 200,
    errors: ["PERMISSION_DENIED", "JOB_NOT_FOUND", "FILE_NOT_FOUND", "METHOD_NOT_ALLOWED"],
    parameters: { path: z.object({ job_id: z.uuid() }) },
    content: files,
    otherwise: [
      { status: 206, description: "The range that was asked for." },
      { status: 304, description: "It is the file that the caller has." },
      { status: 416, description: "The file has no such range." },
    ],
    headers: { "Content-Disposition": "The file's name.", ETag: "Its sha256." },
  },
];
