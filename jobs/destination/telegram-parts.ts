import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { codeOf } from "@/db/errors";
import { destinationFull } from "@/jobs/destination/problem";

const readBytes = 256 * 1024;

/** A part, in a file: it can be read as often as it has to be sent, until the next one is asked for. */
export type SpooledPart = {
  number: number;
  sizeBytes: number;
  sha256: string;
  isLast: boolean;
  read(): AsyncIterable<Buffer>;
};

/** Cuts a stream into parts of this size, one after another in a temporary file that has no name, and so goes with us. */
export async function* spoolParts(bytes: AsyncIterable<Buffer>, partBytes: number): AsyncIterable<SpooledPart> {
  const name = path.join(tmpdir(), `coffer-part-${randomUUID()}`);
  await using file = await open(name, "wx+", 0o600);
  await unlink(name);
  let number = 1;
  let size = 0;
  let hash = createHash("sha256");
  const part = (isLast: boolean): SpooledPart => {
    const sizeBytes = size;
    return { number, sizeBytes, sha256: hash.digest("hex"), isLast, read: () => readFrom(file, sizeBytes) };
  };
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length; ) {
      if (size === partBytes) {
        yield part(false);
        [number, size, hash] = [number + 1, 0, createHash("sha256")];
      }
      const taken = piece.subarray(at, at + partBytes - size);
      await writeAt(file, taken, { at: size, partBytes });
      hash.update(taken);
      size += taken.length;
      at += taken.length;
    }
  }
  yield part(true);
}

async function writeAt(file: FileHandle, bytes: Buffer, where: { at: number; partBytes: number }): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) {
      done += (await file.write(bytes, done, bytes.length - done, where.at + done)).bytesWritten;
    }
  } catch (error) {
    const isFull = /^(ENOSPC|EDQUOT)$/.test(codeOf(error) ?? "");
    throw isFull ? destinationFull(`The disk of the temporary folder ${tmpdir()}`, where.partBytes, null) : error;
  }
}

async function* readFrom(file: FileHandle, size: number): AsyncIterable<Buffer> {
  for (let at = 0; at < size; ) {
    // A buffer of its own each time: it may wait to be sent while the next is read.
    const buffer = Buffer.allocUnsafe(Math.min(readBytes, size - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) throw new Error("a part has become shorter");
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
