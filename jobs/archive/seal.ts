import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import type { BackupCompression } from "@/db/schema";
import { type AgeWriter, startAge } from "@/jobs/archive/age/encrypt";
import { type Compressor, originalSize } from "@/jobs/archive/compressor";
import { followFile } from "@/jobs/archive/follow-file";
import { hashFile } from "@/jobs/archive/hash-file";
import { failed } from "@/jobs/lifecycle/failure";
import { type Ending, type SpawnOptions, spawnTool, type Tool } from "@/jobs/postgres/spawn";

/** Something that takes bytes in order; resolves when it can take more. */
export type Sink = {
  write(chunk: Buffer): Promise<void>;
  /**
   * A local file behind it: a process may then write there itself, which spares every byte the way through us. `from` is
   * where the descriptor stands, when that is not the beginning.
   */
  file?: { descriptor: number; path: string; from?: number };
};

export type Sealed = { sizeBytes: number; originalBytes: number; sha256: string };

type Producer = Pick<SpawnOptions, "args" | "env" | "secret"> & {
  path: string;
  /** In a file it changes, at the end, what it wrote at the beginning: only then can the file be hashed. */
  goesBack?: boolean;
};

export type SealOptions = {
  producer: Producer;
  compression: BackupCompression;
  compressor: Compressor;
  sink: Sink;
  /** Encrypts what the compressor leaves for these age public keys; `inspect` sees each piece of it before. */
  encryption?: { recipients: string[]; inspect(piece: Buffer, signal: AbortSignal): Promise<void> };
  signal: AbortSignal;
  /** Hears of every piece that has reached the sink, in bytes. */
  onBytes(bytes: number): void;
  /** What a bad end of the producer means. */
  explain(ending: Ending): Error;
  /** The size before compression as far as the caller can tell, in bytes. */
  estimate(): number;
};

/**
 * Runs the producer, compresses and encrypts what it writes and hashes what reaches the sink, all as one stream. It has succeeded only
 * when the stream came to its end, every process ended with 0 and no signal, and there are bytes. Whatever happens, it
 * settles after its processes are gone, and the first cause is the one that is thrown.
 */
export async function seal(options: SealOptions): Promise<Sealed> {
  const { compressor, encryption, producer, signal } = options;
  signal.throwIfAborted();
  const age = encryption ? await startAge(encryption) : undefined;
  // What is compressed or encrypted in this process, this process has to write.
  const file = compressor.kind === "inProcess" || age ? undefined : options.sink.file;
  const out = file?.descriptor ?? "pipe";
  const second =
    compressor.kind === "tool"
      ? spawnTool(compressor.command, { args: compressor.args, stdin: "pipe", stdout: out })
      : null;
  const first = spawnTool(producer.path, { ...producer, stdout: second?.stdin ?? out });
  // The descriptor now belongs to the producer: as long as we kept it open, the compressor would wait for us.
  second?.stdin?.destroy();
  const last = second ?? first;
  const source = file ? followFile(file, last.ended) : last.stdout;
  if (!source) throw new Error("a tool without stdout");

  const stop = () => stopBoth(first, second);
  signal.addEventListener("abort", stop, { once: true });
  const hashLater = file !== undefined && producer.goesBack === true;
  const meter = startMeter(options, { isWritten: file !== undefined, hashLater, age });
  try {
    await pump(source, compressor, meter);
  } catch (error) {
    meter.fail(error);
  } finally {
    if (meter.error) stop();
    await Promise.allSettled([first.ended, second?.ended]);
    signal.removeEventListener("abort", stop);
  }
  signal.throwIfAborted();
  await checkEndings(options, { first, second, meter });
  const sealed = meter.result((await second?.ended)?.stderr ?? []);
  if (file && hashLater) sealed.sha256 = await hashFile(file.path);
  // A compressor makes some bytes out of nothing.
  if (meter.packedBytes === 0 || sealed.originalBytes === 0)
    throw failed({ code: "archive_invalid", message: "pg_dump wrote nothing." });
  return sealed;
}

function stopBoth(first: Tool, second: Tool | null) {
  void first.end();
  void second?.end();
}

type Meter = ReturnType<typeof startMeter>;

type Way = { isWritten: boolean; hashLater: boolean; age?: AgeWriter };

/** Counts, encrypts, hashes and passes on. Keeps the sink's own error apart: pg_dump would blame the connection for it. */
function startMeter(options: SealOptions, { isWritten, hashLater, age }: Way) {
  const hash = createHash("sha256");
  let size = 0;
  let packedSize = 0;
  let rawSize = 0;
  let trailer: Buffer = Buffer.alloc(0);
  let error: unknown;

  async function store(pieces: Buffer[]) {
    for (const bytes of pieces) {
      if (!hashLater) hash.update(bytes);
      size += bytes.length;
      if (!isWritten) await options.sink.write(bytes);
      options.onBytes(bytes.length);
    }
  }
  return {
    get error() {
      return error;
    },
    /** Before encryption. */
    get packedBytes() {
      return packedSize;
    },
    fail(cause: unknown) {
      error ??= cause;
    },
    raw(bytes: number) {
      rawSize += bytes;
    },
    async take(chunk: Buffer) {
      packedSize += chunk.length;
      trailer = Buffer.concat([trailer, chunk.subarray(-4)]).subarray(-4);
      await options.encryption?.inspect(chunk, options.signal);
      await store(age ? age.update(chunk) : [chunk]);
    },
    async end() {
      if (age) await store(age.final());
    },
    result(stderr: string[]): Sealed {
      const { compression, compressor } = options;
      const counted = compressor.kind === "none" ? packedSize : compressor.kind === "inProcess" ? rawSize : null;
      const estimate = options.estimate();
      const originalBytes = counted ?? originalSize(compression, { trailer, stderr, estimate }) ?? estimate;
      return { sizeBytes: size, originalBytes, sha256: hash.digest("hex") };
    },
  };
}

async function pump(source: AsyncIterable<Buffer>, compressor: Compressor, meter: Meter): Promise<void> {
  const drain = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) await meter.take(chunk);
    await meter.end();
  };
  if (compressor.kind !== "inProcess") return drain(source);
  async function* counted() {
    for await (const chunk of source) {
      meter.raw(chunk.length);
      yield chunk;
    }
  }
  await pipeline(counted, compressor.create(), drain);
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
    // igzip does not say why it could not write.
    if (/No space left|while writing to file/.test(compressorEnd.stderr.join("\n"))) {
      throw failed({ code: "disk_full", message: "The disk is full." });
    }
    throw failed({
      code: "tool_killed",
      message: `${name} ended with ${compressorEnd.signal ?? `code ${compressorEnd.code}`}.`,
      toolOutput: compressorEnd.stderr,
    });
  }
  if (producerEnd.code !== 0 || producerEnd.signal) throw explain(producerEnd);
}
