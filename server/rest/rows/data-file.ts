import { z } from "zod";
import { dataFormats } from "@/jobs/data/format";
import { encodings } from "@/jobs/data-file/text";
import { row, type Stream } from "@/server/rest/row";

const tag = "Import";

const source = z.strictObject({
  name: z.string().nullable().meta({ description: "Null when the file does not name a table.", example: "clients" }),
  fields: z.array(z.string()),
  rows: z
    .array(z.array(z.string().nullable()))
    .meta({ description: "The first 20, as text of 200 characters at most." }),
  suggestedTable: z.string().nullable(),
  suggestedColumns: z.array(z.string().nullable()).meta({ description: "For each of the fields." }),
});

const target = z.strictObject({
  name: z.string(),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      type: z.string().meta({ example: "numeric(10,2)" }),
      isNullable: z.boolean(),
      hasDefault: z.boolean(),
      isGenerated: z.boolean(),
      identity: z.enum(["always", "by default"]).nullable(),
    }),
  ),
  keys: z.array(z.strictObject({ name: z.string(), columns: z.array(z.string()), isPrimary: z.boolean() })),
});

export const dataFileRows = [
  row({
    id: "inspectDataFile",
    tag,
    method: "GET",
    path: "/api/v1/data-files/{id}",
    summary: "Look at an uploaded file of rows",
    description:
      "What the head of the file shows: format, encoding, tables with their fields and first rows, each with the table and columns that they most likely belong to; and the tables that the project has (`targets`).",
    procedure: "dataFile.inspect",
    casing: "snake",
    rename: { id: "fileId" },
    status: 200,
    errors: ["PROJECT_NOT_FOUND", "PERMISSION_DENIED", "FILE_NOT_FOUND", "IMPORT_INVALID", "DATABASE_UNREACHABLE"],
    output: z.strictObject({
      fileId: z.uuid(),
      filename: z.string(),
      sizeBytes: z.number().int(),
      sha256: z.string(),
      expiresAt: z.iso.datetime(),
      format: z.enum(dataFormats),
      packing: z.enum(["none", "gzip", "zip"]),
      encoding: z.enum(encodings),
      delimiter: z.string().nullable().meta({ description: "Of CSV." }),
      isWhole: z.boolean().meta({ description: "Whether the head is all of the file." }),
      tables: z.array(source),
      targets: z.array(target),
    }),
    present: (file) => ({ body: { ...file, expiresAt: file.expiresAt.toISOString() } }),
  }),
];

export const dataFileStreams: Stream[] = [
  {
    id: "uploadDataFile",
    tag,
    method: "POST",
    path: "/api/v1/data-files",
    summary: "Upload a file of rows to import",
    description:
      "The file is the body: CSV, a zip file with a CSV file per table, JSON or NDJSON, CSV and JSON also packed with gzip; what it is shows by its content. It is kept for a day, or until the import that needs it is over. For large files on weak lines there is also the tus protocol at `/api/v1/uploads`, with `project_id` and `filename` in `Upload-Metadata`.",
    status: 201,
    errors: [
      "PERMISSION_DENIED",
      "PROJECT_NOT_FOUND",
      "VALIDATION_ERROR",
      "PAYLOAD_TOO_LARGE",
      "UNSUPPORTED_MEDIA_TYPE",
      "RATE_LIMIT_EXCEEDED",
      "UNAVAILABLE",
    ],
    parameters: {
      query: z.object({
        project_id: z.string().meta({ description: "The project's id or slug.", example: "acme" }),
        filename: z.string().max(255).optional().meta({ description: "What to call it.", example: "clients.csv" }),
      }),
    },
    requestBody: "application/octet-stream",
    content: {
      "application/json": z.strictObject({
        file_id: z.uuid(),
        filename: z.string(),
        size_bytes: z.number().int(),
        sha256: z.string(),
        expires_at: z.iso.datetime(),
      }),
    },
  },
];
