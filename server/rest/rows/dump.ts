import { z } from "zod";
import { jobAnswer, jobLocationDoc, presentStarted } from "@/server/rest/present/job";
import { row, type Stream } from "@/server/rest/row";

const tag = "Restore";

export const dumpRows = [
  row({
    id: "restoreDump",
    tag,
    method: "POST",
    path: "/api/v1/dumps/{id}/restore",
    summary: "Make a project of an uploaded dump",
    description:
      "Every statement is judged before any is run: only what pg_dump writes for the inside of one schema is taken. It is restored as a role of its own, which has no other rights and is dropped afterwards. Functions and triggers are refused unless `allow_functions` says that the dump is trusted. Only for administrators. The file can be used again until a project was made of it.",
    procedure: "dump.restore",
    casing: "snake",
    rename: { id: "dumpId" },
    status: 202,
    idempotent: true,
    waits: true,
    errors: ["PERMISSION_DENIED", "DUMP_NOT_FOUND", "DATABASE_NOT_FOUND", "ALREADY_EXISTS", "IDEMPOTENCY_KEY_REUSED"],
    headers: jobLocationDoc,
    output: jobAnswer,
    present: presentStarted,
    example: {
      body: {
        slug: "acme-import",
        name: "Acme",
        schema_name: "tenant_acme_import",
        database_id: "6f1c1c5e-3f0e-4f5b-9c55-0f6a3a2f9d10",
      },
    },
  }),
];

export const dumpStreams: Stream[] = [
  {
    id: "uploadDump",
    tag,
    method: "POST",
    path: "/api/v1/dumps",
    summary: "Upload a dump that pg_dump made elsewhere",
    description:
      "The file is the body. Custom, tar and plain SQL, also compressed with gzip or zstd, or encrypted with age for a key that Coffer keeps; what it is shows by its content. Only for administrators. It is kept for a day.",
    status: 201,
    errors: [
      "PERMISSION_DENIED",
      "VALIDATION_ERROR",
      "PAYLOAD_TOO_LARGE",
      "UNSUPPORTED_MEDIA_TYPE",
      "RATE_LIMIT_EXCEEDED",
      "UNAVAILABLE",
    ],
    parameters: {
      query: z.object({
        filename: z.string().max(255).optional().meta({ description: "What to call it.", example: "acme.dump" }),
      }),
    },
    requestBody: "application/octet-stream",
    content: {
      "application/json": z.strictObject({
        dump_id: z.uuid(),
        filename: z.string(),
        size_bytes: z.number().int(),
        sha256: z.string(),
        expires_at: z.iso.datetime(),
      }),
    },
  },
];
