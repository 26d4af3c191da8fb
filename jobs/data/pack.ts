import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { ZipFile } from "yazl";

/** Fast rather than small: rows are packed while they come. */
const level = 1;

export async function* gzipped(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gzip = createGzip({ level, chunkSize: 256 * 1024 });
  const fed = pipeline(Readable.from(pieces), gzip);
  // It is told by the stream, too, and nobody may be waiting here.
  fed.catch(() => {});
  yield* gzip;
  await fed;
}

type ZipEntry = { name: string; pieces: () => AsyncIterable<Buffer> };

/** A zip file, made as it is read: each entry is begun when the one before it is through. Larger than 4 GB it becomes a ZIP64. */
export async function* zipped(entries: ZipEntry[], at: Date): AsyncGenerator<Buffer> {
  const zip = new ZipFile();
  const output = Readable.from(zip.outputStream);
  let current: Readable | undefined;
  const fail = (error: Error) => void output.destroy(error);
  zip.on("error", fail);
  for (const { name, pieces } of entries)
    zip.addReadStreamLazy(name, { mtime: at, compressionLevel: level }, (give) => {
      current = Readable.from(pieces());
      current.once("error", fail);
      give(null, current);
    });
  zip.end();
  try {
    yield* output;
  } finally {
    current?.destroy();
  }
}
