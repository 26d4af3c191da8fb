import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Busboy } from "@fastify/busboy";

export type Form = { fields: Record<string, unknown>; file?: { filename: string; bytes: Buffer } };

/** What a request holds: fields as JSON, or a form with fields and a file. */
export async function readForm(request: IncomingMessage): Promise<Form> {
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data")) {
    const text = Buffer.concat(await request.toArray()).toString();
    return { fields: text ? JSON.parse(text) : {} };
  }
  const form: Form = { fields: {} };
  const headers = request.headers as IncomingHttpHeaders & { "content-type": string };
  const busboy = new Busboy({ headers, limits: { fileSize: Number.POSITIVE_INFINITY } });
  busboy.on("field", (name, value) => {
    form.fields[name] = value;
  });
  busboy.on("file", (_, stream, filename) => {
    const pieces: Buffer[] = [];
    stream.on("data", (piece: Buffer) => pieces.push(piece));
    stream.on("end", () => {
      form.file = { filename, bytes: Buffer.concat(pieces) };
    });
  });
  await new Promise<void>((resolve, reject) => {
    busboy.on("finish", resolve).on("error", reject);
    request.on("error", reject).pipe(busboy);
  });
  return form;
}
