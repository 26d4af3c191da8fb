import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";

/** A zip file of these files. */
export function zipped(files: Record<string, Buffer | string>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, bytes] of Object.entries(files)) zip.addBuffer(Buffer.from(bytes), name);
  zip.end();
  return buffer(zip.outputStream);
}
