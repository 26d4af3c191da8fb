import { z } from "zod";
import { receiveDataFile } from "@/server/data-file/upload";
import type { Exchange } from "@/server/exchange";
import { importerOf } from "@/server/importer";
import { readBody } from "@/server/rest/body";
import { partsOf } from "@/server/rest/input";
import { receiveForm } from "@/server/rest/multipart";
import type { Row } from "@/server/rest/row";
import { fromTexts, wireName } from "@/server/rest/wire";

/**
 * The body of an operation that takes a file of rows: a form whose part `file` (or `data`, as text) becomes a data file, or a JSON object with
 * `data` as text or the `file_id` of one that was uploaded before. The project may also be named in the address.
 */
export async function readForm(
  row: Row,
  { request, headers, url }: Exchange,
): Promise<Record<string, unknown> | undefined> {
  const projectRef = url.searchParams.get("project_id");
  const named = projectRef === null ? {} : { project_id: projectRef };
  if (/^multipart\//i.test(headers.get("content-type") ?? "")) {
    const importer = await importerOf(headers, request.method);
    const { fields, file } = await receiveForm(request, { headers, importer, projectRef });
    return { ...typed(row, fields), ...named, ...(file ? { file_id: file.id } : {}) };
  }
  const body = await readBody(request, headers);
  if (typeof body?.data !== "string") return body && { ...named, ...body };
  const { data, ...fields }: Record<string, unknown> = { ...named, ...body };
  const importer = await importerOf(headers, request.method);
  const { id: projectId } = await importer.into(typeof fields.project_id === "string" ? fields.project_id : null);
  const sender = { filename: "data", projectId, origin: importer.origin };
  const file = await receiveDataFile(once(Buffer.from(String(data))), () => sender);
  return { ...fields, file_id: file.id };
}

async function* once(bytes: Buffer) {
  yield bytes;
}

/** The fields of a form as the procedure wants them: what is no text there is JSON. */
function typed(row: Row, fields: Map<string, string>): Record<string, unknown> {
  const { shape } = partsOf(row).rest;
  const schemas = new Map(Object.entries(shape).map(([name, schema]) => [wireName(name, row.casing), schema]));
  return Object.fromEntries([...fields].map(([name, text]) => [name, typedValue(schemas.get(name), text)]));
}

function typedValue(schema: z.core.$ZodType | undefined, text: string): unknown {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  if (!(inner instanceof z.ZodArray)) return fromTexts(schema, [text]);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
