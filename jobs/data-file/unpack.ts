import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { codeOf } from "@/db/errors";
import { mostHarmlessBytes, mostRatio, readBytes } from "@/jobs/data-file/limits";
import { invalid } from "@/jobs/data-file/refusal";

export type Reading = {
  path: string;
  /** The most that may come out of the file. */
  maxBytes: number;
  signal: AbortSignal;
  /** Up to so many bytes it does not matter how well the file is packed. */
  harmlessBytes?: number;
  /** Gets how many of the file's own bytes have been read so far. */
  onBytes?(packed: number): void;
};

/** A file's bytes, as they were before they were packed. */
export function unpacked(reading: Reading, packing: "none" | "gzip"): AsyncGenerator<Buffer> {
  const budget = budgetOf(reading);
  const file = packed(reading, budget);
  return packing === "none" ? within(file, budget) : within(gunzipped(file), budget);
}

export type Budget = {
  /** Of the file's own bytes. */
  read(bytes: number): void;
  /** Throws when too much has come out. */
  write(bytes: number): void;
};

/** Watches what a file unpacks to. `packedBytes` when it may be read more than once, as the overlapping entries of a zip file are. */
export function budgetOf(
  { maxBytes, onBytes, harmlessBytes = mostHarmlessBytes }: Reading,
  packedBytes?: number,
): Budget {
  let read = 0;
  let written = 0;
  return {
    read(bytes) {
      read += bytes;
      onBytes?.(read);
    },
    write(bytes) {
      written += bytes;
      if (written > maxBytes)
        throw invalid(`The file holds more than the ${Math.floor(maxBytes / 1_000_000)} MB that are allowed.`);
      if (written > harmlessBytes && written > (packedBytes ?? read) * mostRatio)
        throw invalid(`The file unpacks to more than ${mostRatio} times its size, as no file of rows does.`);
    },
  };
}

async function* packed({ path, signal }: Reading, budget: Budget): AsyncGenerator<Buffer> {
  const file: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: readBytes, signal });
  for await (const chunk of file) {
    budget.read(chunk.length);
    yield chunk;
  }
}

export async function* within(source: AsyncIterable<Buffer>, budget: Budget): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    budget.write(chunk.length);
    yield chunk;
  }
}

/** Its errors are the first cause: those of the source, else those of the data. */
async function* gunzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unzip = createGunzip({ chunkSize: readBytes });
  const piped = Promise.withResolvers<void>();
  piped.promise.catch(() => {});
  pipeline(source, unzip, (error) => (error ? piped.reject(error) : piped.resolve()));
  try {
    yield* unzip;
    await piped.promise;
  } catch (error) {
    throw asRefusal(error);
  }
}

/** What unpacking throws, as the uploader is to hear it: zlib names what it minds Z_ something. */
export function asRefusal(error: unknown): unknown {
  const code = codeOf(error) ?? "";
  if (code === "Z_BUF_ERROR") return invalid("The file is cut off: its compressed data has no end. Upload it again.");
  return /^Z_/.test(code) ? invalid("The file's compressed data is damaged. Upload it again.") : error;
}
