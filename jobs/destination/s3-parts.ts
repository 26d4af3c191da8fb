import { refused } from "@/jobs/destination/problem";

const MiB = 1024 * 1024;
/** What S3 takes of parts of one file. */
const mostParts = 10_000;
/** Files up to this size are one request. */
export const smallestPart = 8 * MiB;
/** What the parts of one file take of memory; or one part alone, where that is larger: of files beyond 600 GB. */
const memoryBytes = 64 * MiB;

/**
 * How large a part of a file is. All are equal while the file is no larger than was told (some servers want that); otherwise
 * they grow every thousand parts, so that 5 TiB, the most that S3 takes, fit.
 */
export function partBytes(number: number, toldBytes: number | null): number {
  if (number > mostParts) throw refused("The file is larger than S3 takes: 5 TB.");
  const equal = roundUp(Math.max(smallestPart, (toldBytes ?? 0) / mostParts));
  if (toldBytes !== null && number <= Math.ceil(toldBytes / equal)) return equal;
  return Math.max(equal, roundUp(smallestPart * 1.9 ** Math.floor((number - 1) / 1000)));
}

const roundUp = (bytes: number) => Math.ceil(bytes / MiB) * MiB;

export type Part = { number: number; bytes: Buffer; isLast: boolean };

/** Buffers that are used again and again, so that memory does not grow while they wait to be collected. */
export function partBuffers(most = memoryBytes) {
  const free: ArrayBuffer[] = [];
  const waiting: (() => void)[] = [];
  let takenBytes = 0;
  return {
    /** One of this size, as soon as all that are taken leave room for it, or none is. */
    async take(size: number): Promise<Buffer> {
      while (takenBytes > 0 && takenBytes + size > most) await new Promise<void>((resolve) => waiting.push(resolve));
      takenBytes += size;
      // Those of another size are of a smaller one that is not needed any more.
      while (free.length > 0 && free.at(-1)?.byteLength !== size) free.pop();
      return Buffer.from(free.pop() ?? new ArrayBuffer(size));
    },
    /** Gives one back, or a part of one. */
    give({ buffer }: Buffer) {
      takenBytes -= buffer.byteLength;
      if (buffer instanceof ArrayBuffer) free.push(buffer);
      waiting.shift()?.();
    },
  };
}

type Buffers = ReturnType<typeof partBuffers>;

/** Cuts a stream into parts; whoever gets one gives its buffer back. There is one at least, and it is known which is the last. */
export async function* cutIntoParts(
  pieces: AsyncIterable<Buffer>,
  sizeOf: (number: number) => number,
  buffers: Buffers,
): AsyncIterable<Part> {
  let number = 1;
  let buffer = await buffers.take(sizeOf(number));
  let filled = 0;
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length; ) {
        if (filled === buffer.length) {
          const part = { number: number++, bytes: buffer, isLast: false };
          buffer = Buffer.alloc(0);
          yield part;
          buffer = await buffers.take(sizeOf(number));
          filled = 0;
        }
        const copied = piece.copy(buffer, filled, at);
        filled += copied;
        at += copied;
      }
    }
    const last = { number, bytes: buffer.subarray(0, filled), isLast: true };
    buffer = Buffer.alloc(0);
    yield last;
  } finally {
    if (buffer.length > 0) buffers.give(buffer);
  }
}
