import { z } from "zod";
import { tableFormats } from "@/jobs/browse/table-file";
import { binary } from "@/server/rest/present/file";
import { row, type Stream } from "@/server/rest/row";

const tag = "Backups";
const errors = ["BACKUP_NOT_FOUND", "BACKUP_CORRUPT", "WRONG_KEY"] as const;

const table = z.strictObject({
  name: z.string().meta({ example: "orders" }),
  kind: z.string().meta({ example: "table" }),
  rows: z
    .number()
    .int()
    .nullable()
    .meta({ description: "Null where the backup holds none: in a partitioned table, say." }),
  bytes: z.number().int().meta({ description: "Of its rows as text." }),
});
const column = z.strictObject({ name: z.string(), type: z.string().meta({ example: "numeric(10,2)" }) });

export const browseRows = [
  row({
    id: "listBackupTables",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}/tables",
    summary: "List the tables in a backup",
    procedure: "browse.listing",
    casing: "snake",
    rename: { id: "backupId" },
    status: 200,
    errors: ["BACKUP_NOT_FOUND"],
    output: z.array(table),
    present: (tables) => ({ body: tables }),
  }),

  row({
    id: "getBackupTable",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}/tables/{name}",
    summary: "Read what makes a table in a backup",
    description:
      "Its columns, and the SQL of the table with its indexes, constraints, triggers and comments. Nothing is restored.",
    procedure: "browse.table",
    casing: "snake",
    rename: { id: "backupId", name: "table" },
    status: 200,
    errors: [...errors, "TABLE_NOT_FOUND"],
    output: table.extend({ columns: z.array(column), definition: z.string() }),
    present: ({ sql, ...rest }) => ({ body: { ...rest, definition: sql } }),
  }),

  row({
    id: "readBackupTableRows",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}/tables/{name}/rows",
    summary: "Read the first rows of a table in a backup",
    description:
      "In the order of the dump, values as PostgreSQL prints them, null for NULL. Of a value longer than 500 characters the beginning is given, and `shortened` says so.",
    procedure: "browse.rows",
    casing: "snake",
    rename: { id: "backupId", name: "table" },
    status: 200,
    errors: [...errors, "TABLE_NOT_FOUND"],
    output: z.strictObject({
      columns: z.array(column),
      rows: z.array(z.array(z.string().nullable())),
      shortened: z
        .array(z.strictObject({ row: z.number().int(), column: z.number().int(), bytes: z.number().int() }))
        .meta({ description: "Both counted from 0; `bytes` of the whole value." }),
      isAll: z.boolean().meta({ description: "Whether the table has no more rows than these." }),
    }),
    present: (rows) => ({ body: rows }),
  }),
];

export const browseStreams: Stream[] = [
  {
    id: "downloadBackupTable",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}/tables/{name}/download",
    summary: "Download one table of a backup",
    description:
      'As CSV with a header (NULL is nothing, an empty text is `""`), as a JSON array with numbers in all their digits, or as SQL with what makes the table. The file is made as it is read: it has no length, and a connection that breaks means that it is not whole.',
    status: 200,
    errors: ["PERMISSION_DENIED", ...errors, "TABLE_NOT_FOUND", "METHOD_NOT_ALLOWED", "UNAVAILABLE"],
    parameters: {
      path: z.object({ id: z.uuid(), name: z.string() }),
      query: z.object({ format: z.enum(tableFormats).optional().meta({ description: "csv unless said otherwise." }) }),
    },
    content: { "text/csv": binary, "application/json": binary, "application/sql": binary },
    headers: { "Content-Disposition": "The file's name." },
  },
];
