import { z } from "zod";
import { documentedQuery } from "@/server/data-address";
import { binary } from "@/server/rest/present/file";
import type { Stream } from "@/server/rest/row";

const tag = "Data";
const content = {
  "application/json": binary,
  "application/x-ndjson": binary,
  "text/csv": binary,
  "application/zip": binary,
  "application/gzip": binary,
};
const headers = {
  "Content-Disposition": "The file's name.",
  "X-Record-Count": "How many rows there are in it.",
};
const common = {
  tag,
  method: "GET",
  status: 200,
  content,
  headers,
} as const;
const errors: Stream["errors"] = [
  "VALIDATION_ERROR",
  "PERMISSION_DENIED",
  "PROJECT_NOT_FOUND",
  "TABLE_NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "DATABASE_UNREACHABLE",
  "RATE_LIMIT_EXCEEDED",
  "UNAVAILABLE",
];
const streamed =
  "The file is made as the rows are read, so it has no length; a connection that breaks means that it is not whole.";

export const dataStreams: Stream[] = [
  {
    ...common,
    id: "downloadAllRows",
    path: "/api/v1/export/full/download",
    summary: "Download the rows of all tables, or of some",
    description: `The options of \`exportAllRows\` as a query, lists with commas or as JSON. ${streamed}`,
    errors,
    parameters: {
      query: documentedQuery(["tableName", "filters", "limit", "offset", "ids", "includeRelated"]),
    },
  },
  {
    ...common,
    id: "downloadNamedTableRows",
    path: "/api/v1/export/table/download",
    summary: "Download rows of a table, whatever it is called",
    description: `The options of \`exportTableRows\`, or with \`ids\` those of \`exportChosenRows\`, as a query. ${streamed}`,
    errors: [...errors, "ROW_NOT_FOUND"],
    parameters: {
      query: documentedQuery(["includeTables", "excludeTables", "tableName"]).extend({ table_name: z.string() }),
    },
  },
  {
    ...common,
    id: "downloadTableRows",
    path: "/api/v1/export/{table}/download",
    summary: "Download rows of a table",
    description: `The same with the table's name in the path. ${streamed}`,
    errors: [...errors, "ROW_NOT_FOUND"],
    parameters: {
      path: z.object({ table: z.string() }),
      query: documentedQuery(["includeTables", "excludeTables", "tableName"]),
    },
  },
  {
    ...common,
    id: "downloadExportedFile",
    path: "/api/v1/exports/{job_id}/download",
    summary: "Download the file of an export of rows",
    description: "For as long as it is kept. Takes ranges; the ETag is the file's sha256.",
    errors: [
      "PERMISSION_DENIED",
      "JOB_NOT_FOUND",
      "INVALID_JOB_STATUS",
      "LINK_EXPIRED",
      "RANGE_NOT_SATISFIABLE",
      "METHOD_NOT_ALLOWED",
    ],
    parameters: {
      path: z.object({ job_id: z.uuid() }),
      header: z.object({ Range: z.string().optional().meta({ example: "bytes=0-1023" }) }),
    },
    otherwise: [
      { status: 206, description: "The range that was asked for." },
      { status: 304, description: "The client has this file already." },
    ],
    headers: { "Content-Disposition": "The file's name.", ETag: "The file's sha256." },
  },
];
