import { buffer } from "node:stream/consumers";
import { fromBufferPromise } from "yauzl";

/** The files in a zip, by name, as texts. */
export async function unzipped(bytes: Buffer): Promise<Record<string, string>> {
  const zip = await fromBufferPromise(bytes);
  const files: [string, string][] = [];
  for await (const entry of zip.eachEntry()) {
    const content = await buffer(await zip.openReadStreamPromise(entry));
    files.push([entry.fileName, content.toString()]);
  }
  return Object.fromEntries(files);
}
