import { z } from "zod";
import { binary } from "@/server/rest/present/file";
import type { Row } from "@/server/rest/row";
import { wireSchema } from "@/server/rest/wire";

export const schemaOf = (schema: z.core.$ZodType, row: Row) => wireSchema(schema, row.casing);

export const content = (schema: z.core.$ZodType) => ({ "application/json": { schema } });

/** What a row takes as its body, as the document has it. */
export function bodyOf(row: Row, fields: z.ZodObject) {
  const example = row.example?.body;
  if (row.takesFile) return fileBodyOf(row, fields, example);
  return {
    required: !row.optionalBody,
    content: { "application/json": { schema: schemaOf(fields, row), ...(example ? { example } : {}) } },
  };
}

/** In a form what is no text is JSON. */
function fileBodyOf(row: Row, fields: z.ZodObject, example: unknown) {
  const { fileId: _, ...shape } = fields.shape;
  const file = binary.meta({ description: "CSV, a zip file of CSV, JSON or NDJSON; each but zip also with gzip." });
  const form = z.strictObject({ ...shape, file: file.optional(), data: z.string().optional() });
  const data = z.string().meta({ description: "The file as text." });
  const json = z.strictObject({ ...shape, fileId: z.uuid().optional(), data: data.optional() });
  return {
    required: true,
    content: {
      "multipart/form-data": { schema: schemaOf(form, row) },
      "application/json": { schema: schemaOf(json, row), ...(example ? { example } : {}) },
    },
  };
}
