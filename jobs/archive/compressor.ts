import { spawnSync } from "node:child_process";
import type { Transform } from "node:stream";
import { constants, createGzip, createZstdCompress } from "node:zlib";
import type { BackupCompression } from "@/db/schema";
import { toolEnv } from "@/jobs/env";

/**
 * A way to compress. `tool`: bytes go through a process of its own and never touch this one; `inProcess`: the fallback.
 * Order and levels are the fastest of docs/performance.md.
 */
export type Compressor =
  | { kind: "none" }
  | { kind: "tool"; command: string; args: string[] }
  | { kind: "inProcess"; create: () => Transform };

const tools: Record<Exclude<BackupCompression, "none">, { command: string; args: string[] }[]> = {
  gzip: [
    { command: "igzip", args: ["-1", "-c"] },
    { command: "pigz", args: ["-1", "-c"] },
  ],
  // -vv makes it say the exact number of bytes it has read.
  zstd: [{ command: "zstd", args: ["-1", "-T1", "-c", "-vv", "--no-progress"] }],
};

const zstdParams = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 };

const fallbacks = {
  gzip: () => createGzip({ level: 1, chunkSize: 256 * 1024 }),
  // The program adds a checksum by itself, the library does not: without it changed bytes unpack to other data.
  zstd: () => createZstdCompress({ params: zstdParams, chunkSize: 256 * 1024 }),
};

const installed = new Map<string, boolean>();

function isInstalled(command: string): boolean {
  const known = installed.get(command) ?? spawnSync(command, ["--version"], { env: toolEnv() }).status === 0;
  installed.set(command, known);
  return known;
}

const unpackers: Record<Exclude<BackupCompression, "none">, { command: string; args: string[] }[]> = {
  gzip: [
    { command: "igzip", args: ["-d", "-c"] },
    { command: "pigz", args: ["-d", "-c"] },
  ],
  zstd: [{ command: "zstd", args: ["-d", "-c", "-v", "--no-progress"] }],
};

/** The fastest program of this machine that unpacks so many bytes; undefined when none would be faster than Node itself. */
export function unpackerFor(compression: Exclude<BackupCompression, "none">, bytes: number) {
  return bytes < worthAProcess ? undefined : unpackers[compression].find(({ command }) => isInstalled(command));
}

/** Below this many bytes a process takes longer to start than Node takes to compress. */
const worthAProcess = 512 * 1024;

/**
 * The fastest compressor this machine has for about so many bytes; whatever it is, the usual tools open the result.
 */
export function compressorFor(compression: BackupCompression, expectedBytes = Number.POSITIVE_INFINITY): Compressor {
  if (compression === "none") return { kind: "none" };
  const tool =
    expectedBytes < worthAProcess ? undefined : tools[compression].find(({ command }) => isInstalled(command));
  return tool ? { kind: "tool", ...tool } : { kind: "inProcess", create: fallbacks[compression] };
}

/**
 * The size before compression, from what packing or unpacking leaves: zstd says it, gzip's trailer has it modulo 2^32
 * (RFC 1952, ISIZE), which `estimate` completes. Null when neither is there.
 */
export function originalSize(
  compression: BackupCompression,
  last: { trailer: Buffer; stderr: string[]; estimate: number },
): number | null {
  if (compression === "gzip" && last.trailer.length >= 4) {
    const remainder = last.trailer.readUInt32LE(last.trailer.length - 4);
    const wraps = Math.max(0, Math.round((last.estimate - remainder) / 2 ** 32));
    return wraps * 2 ** 32 + remainder;
  }
  const said = compression === "zstd" ? /\(\s*(\d+) B =>|: (\d+) bytes/.exec(last.stderr.join("\n")) : null;
  return said ? Number(said[1] ?? said[2]) : null;
}
