import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { BackupCompression } from "@/db/schema";
import { type Compressor, originalSize } from "@/jobs/archive/compressor";
import { failed } from "@/jobs/lifecycle/failure";
import { type Ending, spawnTool, type Tool } from "@/jobs/postgres/spawn";

/** Something that takes bytes in order; resolves when it can take more. */
export type Sink = { write(chunk: Buffer): Promise<void> };

export type Sealed = { sizeBytes: number; originalBytes: number; sha256: string };

type Producer = { path: string; args: string[]; env: Record<string, string> };

export type SealOptions = {
  producer: Producer;
  compression: BackupCompression;
  compressor: Compressor;
  sink: Sink;
  signal: AbortSignal;
  /** Hears of every piece that has reached the sink, in bytes. */
  onBytes(bytes: number): void;
  /** What a bad end of the producer means. */
  explain(ending: Ending): Error;
  /** The size before compression as far as the caller can tell, in bytes. */
  estimate(): number;
};

/**
 * Runs the producer, compresses what it writes and hashes what reaches the sink, all as one stream. It has succeeded only
 * when the stream came to its end, every process ended with 0 and no signal, and there are bytes. Whatever happens, it
 * settles after its processes are gone, and the first cause is the one that is thrown.
 */
export async function seal(options: SealOptions): Promise<Sealed> {
  const { compressor, producer, signal } = options;
  signal.throwIfAborted();
  const second =
    compressor.kind === "tool" ? spawnTool(compressor.command, { args: compressor.args, stdin: "pipe" }) : null;
  const first = spawnTool(producer.path, { ...producer, stdout: second?.stdin ?? "pipe" });
  // The descriptor now belongs to the producer: as long as we kept it open, the compressor would wait for us.
  second?.stdin?.destroy();
  const source = (second ?? first).stdout;
  if (!source) throw new Error("a tool without stdout");

  const stop = () => void first.end();
  signal.addEventListener("abort", stop, { once: true });
  const meter = startMeter(options);
  try {
    await pump(source, compressor, meter);
  } catch (error) {
    meter.fail(error);
  } finally {
    if (meter.error) stopBoth(first, second);
    await Promise.allSettled([first.ended, second?.ended]);
    signal.removeEventListener("abort", stop);
  }
  signal.throwIfAborted();
  await checkEndings(options, { first, second, meter });
  return meter.result((await second?.ended)?.stderr ?? []);
}

function stopBoth(first: Tool, second: Tool | null) {
  void first.end();
  void second?.end();
}

type Meter = ReturnType<typeof startMeter>;

/** Counts, hashes and passes on. Keeps the sink's own error apart: pg_dump would blame the connection for it. */
function startMeter(options: SealOptions) {
  const hash = createHash("sha256");
  let size = 0;
  let rawSize = 0;
  let trailer: Buffer = Buffer.alloc(0);
  let error: unknown;
  return {
    get error() {
      return error;
    },
    fail(cause: unknown) {
      error ??= cause;
    },
    raw(bytes: number) {
      rawSize += bytes;
    },
    async take(chunk: Buffer) {
      hash.update(chunk);
      size += chunk.length;
      trailer = chunk.length >= 4 ? chunk : Buffer.concat([trailer, chunk]).subarray(-4);
      await options.sink.write(chunk);
      options.onBytes(chunk.length);
    },
    size: () => size,
    result(stderr: string[]): Sealed {
      const { compression, compressor } = options;
      const counted = compressor.kind === "none" ? size : compressor.kind === "inProcess" ? rawSize : null;
      const estimate = options.estimate();
      const originalBytes = counted ?? originalSize(compression, { trailer, stderr, estimate }) ?? estimate;
      return { sizeBytes: size, originalBytes, sha256: hash.digest("hex") };
    },
  };
}

async function pump(source: Readable, compressor: Compressor, meter: Meter): Promise<void> {
  const drain = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) await meter.take(chunk);
  };
  if (compressor.kind !== "inProcess") return drain(source);
  source.on("data", (chunk: Buffer) => meter.raw(chunk.length)).pause();
  await pipeline(source, compressor.create(), drain);
}

/** The exit code of the producer decides: a compressor ends well on a stream that was cut short. */
async function checkEndings(
  { explain, compressor }: SealOptions,
  { first, second, meter }: { first: Tool; second: Tool | null; meter: Meter },
) {
  const producerEnd = await first.ended;
  const compressorEnd = await second?.ended;
  const compressorFailed = compressorEnd && (compressorEnd.code !== 0 || compressorEnd.signal);
  if (meter.error) throw meter.error;
  // A compressor that dies breaks the producer's pipe: then it is the first cause.
  if (compressorFailed && compressorEnd.signal !== "SIGPIPE") {
    const name = compressor.kind === "tool" ? compressor.command : "The compressor";
    throw failed({
      code: "tool_killed",
      message: `${name} ended with ${compressorEnd.signal ?? `code ${compressorEnd.code}`}.`,
      toolOutput: compressorEnd.stderr,
    });
  }
  if (producerEnd.code !== 0 || producerEnd.signal) throw explain(producerEnd);
  if (meter.size() === 0) throw failed({ code: "archive_invalid", message: "pg_dump wrote nothing." });
}
