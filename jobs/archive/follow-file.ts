import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

const readBytes = 1024 * 1024;
/** How long to wait for more at the end of what is there. Nobody waits for us meanwhile. */
const pause = 20;

type Followed = { path: string; from?: number };

/**
 * What a process writes into a file, while it writes, from byte `from` on; ends when the process has ended and everything
 * was read. Each piece is good until the next is asked for. The page cache still has what was just written, so this reads no disk.
 */
export async function* followFile({ path, from = 0 }: Followed, ended: Promise<unknown>): AsyncGenerator<Buffer> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  ended.then(over, over);
  await using file = await open(path);
  const buffer = Buffer.allocUnsafe(readBytes);
  for (let position = from; ; ) {
    const wasOver = isOver;
    const { bytesRead } = await file.read(buffer, 0, readBytes, position);
    position += bytesRead;
    if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
    else if (wasOver) return;
    else await Promise.race([delay(pause), ended]).catch(() => {});
  }
}
