import type { Readable } from "node:stream";

const batchBytes = 128 * 1024;

/**
 * What a stream gives, some hundred rows at a time: one by one they would take longer on their way than they took to make. The next batch
 * fills while this one is used, and no more than that. What is left when nobody wants more is thrown away as it comes.
 */
export async function* batches(stream: Readable): AsyncGenerator<Buffer> {
  const gathered = gather(stream);
  try {
    for (;;) {
      const batch = await gathered.next();
      if (batch.length > 0) yield batch;
      if (gathered.isOver()) return;
    }
  } finally {
    gathered.leave();
  }
}

function gather(stream: Readable) {
  let rows: Buffer[] = [];
  let bytes = 0;
  let ended: { error: unknown } | "well" | undefined;
  let isLeft = false;
  let tell = () => {};
  stream.on("data", (row: Buffer) => {
    if (isLeft) return;
    rows.push(row);
    bytes += row.length;
    if (bytes < batchBytes) return;
    stream.pause();
    tell();
  });
  const end = (how: typeof ended) => () => {
    ended ??= how;
    tell();
  };
  stream.once("end", end("well"));
  stream.on("error", (error) => end({ error })());
  stream.once("close", end({ error: new Error("a COPY ended without its end") }));
  return {
    async next(): Promise<Buffer> {
      while (bytes < batchBytes && !ended)
        await new Promise<void>((resolve) => {
          tell = resolve;
        });
      if (typeof ended === "object") throw ended.error;
      const batch = Buffer.concat(rows, bytes);
      rows = [];
      bytes = 0;
      stream.resume();
      return batch;
    },
    isOver: () => ended !== undefined && typeof ended !== "object" && bytes === 0,
    leave() {
      isLeft = true;
      rows = [];
      stream.resume();
    },
  };
}
