import type { Destination, Placed, PutOptions } from "@/jobs/destination/destination";

/** Pieces of one buffer that is filled anew for each, as a fast reader gives them. */
export async function* reused(bytes: Buffer, pieceBytes = 60_000): AsyncIterable<Buffer> {
  const buffer = Buffer.alloc(pieceBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const length = bytes.copy(buffer, 0, at, at + pieceBytes);
    yield buffer.subarray(0, length);
  }
}

type Given = { bytes: Buffer } & Partial<PutOptions>;

/** Puts bytes under a name; their number is told, unless it is given otherwise. */
export function put(destination: Destination, name: string, what: Buffer | Given): Promise<Placed> {
  const { bytes, ...given } = Buffer.isBuffer(what) ? { bytes: what } : what;
  const options = { signal: new AbortController().signal, sizeBytes: bytes.length, ...given };
  return destination.put(name, reused(bytes), options);
}
