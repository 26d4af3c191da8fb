import { z } from "zod";
import { rawJson } from "@/server/respond";
import { exportedUrl, jobAnswer, jobLocationDoc, presentStarted } from "@/server/rest/present/job";
import { type Asked, type OutputOf, row } from "@/server/rest/row";

const tag = "Data";
const errors = ["PERMISSION_DENIED", "PROJECT_NOT_FOUND", "TABLE_NOT_FOUND", "DATABASE_UNREACHABLE"] as const;
const alsoInQuery = ["projectId"];

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
    message: z.string().meta({ example: "12 rows of 3 tables." }),
    format: z.enum(["json", "ndjson", "csv"]),
    data: z.any().meta({
      description:
        "Up to 1 MiB: JSON as it is, with every digit that PostgreSQL gave; NDJSON and CSV as a text; what is `compressed` as base64. Null when it is larger: take it from `download_url`.",
    }),
    recordCount: z.number().int(),
    tableCounts: z
      .record(z.string(), z.number().int())
      .meta({ description: "Rows by table.", example: { clients: 12 } }),
    exportTimestamp: z.iso.datetime().meta({ description: "The moment that all rows are of." }),
    compressed: z.boolean().meta({ description: "A gzip, or a zip: CSV of several tables." }),
    downloadFilename: z.string().meta({ example: "acme_2026-01-29T153007Z.json" }),
    downloadUrl: z.url().nullable().meta({
      description:
        "Where the same rows can be downloaded, as they are then; needs the same authorization. Null when they are chosen by more than an address holds: start an export to a file.",
    }),
  })
  .meta({ id: "ExportedRows" });

const plural = (n: number, one: string) => `${n} ${one}${n === 1 ? "" : "s"}`;

type Exported = OutputOf<"data.full">;

function present({ data, exportTimestamp, ...rest }: Exported, _: Asked) {
  const { recordCount, tableCounts, format, compressed, downloadUrl } = rest;
  const isJson = format === "json" && !compressed;
  const message = `${plural(recordCount, "row")} of ${plural(Object.keys(tableCounts).length, "table")}.`;
  const where = downloadUrl ? "Download them." : "Start an export to a file.";
  return {
    body: {
      success: true as const,
      message: data === null ? `${message} They are too many for an answer. ${where}` : message,
      data: data !== null && isJson ? rawJson(data) : data,
      exportTimestamp: exportTimestamp.toISOString(),
      ...rest,
    },
  };
}

const idsAlias = /^[a-z0-9_]+_ids$/;

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
    id: "exportAllRows",
    tag,
    method: "POST",
    path: "/api/v1/export/full",
    summary: "Export the rows of all tables, or of some",
    description:
      'All of one moment. CSV of several tables is a zip with a file for each; where there is but one table it is plain CSV. In CSV a NULL is nothing, and an empty text is `""`. `project_id` may stand in the query instead.',
    procedure: "data.full",
    casing: "snake",
    alsoInQuery,
    status: 200,
    errors: [...errors],
    output: exported,
    present,
    example: { body: { project_id: "acme", format: "json", exclude_tables: ["audit_log"], pretty: true } },
  }),

  row({
    id: "exportTableRows",
    tag,
    method: "POST",
    path: "/api/v1/export/table",
    summary: "Export rows of one table",
    description:
      "Those that fit all `filters`. With `limit` or `offset` they come in the order of the primary key, so that pages fit together. `project_id` may stand in the query instead.",
    procedure: "data.table",
    casing: "snake",
    alsoInQuery,
    status: 200,
    errors: [...errors],
    output: exported,
    present,
    example: {
      body: { project_id: "acme", table_name: "clients", format: "csv", filters: { id: { gte: 100 } }, limit: 50 },
    },
  }),

  row({
    id: "exportChosenRows",
    tag,
    method: "POST",
    path: "/api/v1/export/{table}",
    summary: "Export chosen rows with everything that belongs to them",
    description:
      "By primary key, as values, or as objects where the key has several columns. With `include_related` whatever refers to these rows comes along, and what all of these refer to. `client_ids` for the table `clients`, or any other name that ends in `_ids`, means the same as `ids`. Tables that are called `full` or `table` are written `%66ull` and `%74able` in this path. `project_id` may stand in the query instead.",
    procedure: "data.rows",
    casing: "snake",
    rename: { table: "tableName" },
    alias: (name) => (idsAlias.test(name) ? "ids" : undefined),
    alsoInQuery,
    status: 200,
    errors: [...errors, "ROW_NOT_FOUND"],
    output: exported,
    present,
    example: { body: { project_id: "acme", ids: [1, 2], include_related: true } },
  }),

  row({
    id: "startDataExport",
    tag,
    method: "POST",
    path: "/api/v1/exports",
    summary: "Start an export of rows to a file",
    description:
      "Everything without `table_name`, one table with it, chosen rows with `ids` as well. Poll the job for its progress; with `Prefer: wait=N` the answer comes when it is over, or after N seconds. The file is kept for a day.",
    procedure: "data.startExport",
    casing: "snake",
    status: 202,
    idempotent: true,
    waits: true,
    errors: ["PERMISSION_DENIED", "PROJECT_NOT_FOUND", "IDEMPOTENCY_KEY_REUSED"],
    headers: jobLocationDoc,
    output: jobAnswer,
    present: presentStarted,
    example: { body: { project_id: "acme", format: "csv" } },
  }),

  row({
    id: "getExportedFile",
    tag,
    method: "GET",
    path: "/api/v1/exports/{job_id}",
    summary: "Read what an export of rows has made",
    procedure: "data.exportOfJob",
    casing: "snake",
    status: 200,
    errors: ["JOB_NOT_FOUND", "INVALID_JOB_STATUS", "LINK_EXPIRED"],
    output: z.strictObject({
      jobId: z.uuid(),
      projectId: z.uuid(),
      filename: z.string(),
      contentType: z.string(),
      sizeBytes: z.number().int(),
      sha256: z.string(),
      recordCount: z.number().int(),
      tableCounts: z.record(z.string(), z.number().int()),
      expiresAt: z.iso.datetime(),
      downloadUrl: z.url(),
    }),
    present: ({ expiresAt, projectSlug: _, ...file }) => ({
      body: { ...file, expiresAt: expiresAt.toISOString(), downloadUrl: exportedUrl(file.jobId) },
    }),
  }),
];
