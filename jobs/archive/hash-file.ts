import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

const readBytes = 1024 * 1024;

/** The sha256 of a file, in hex. The page cache still has what was just written. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await using file = await open(path);
  // One buffer for all of it: a stream would leave one behind for each piece.
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, readBytes, null);
    if (bytesRead === 0) return hash.digest("hex");
    hash.update(buffer.subarray(0, bytesRead));
  }
}
