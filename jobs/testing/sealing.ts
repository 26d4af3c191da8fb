import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { afterAll, beforeAll } from "vitest";
import type { BackupCompression } from "@/db/schema";
import type { Compressor } from "@/jobs/archive/compressor";
import { type SealOptions, type Sink, seal } from "@/jobs/archive/seal";
import { homeFolder } from "@/jobs/home/folder";
import type { Staged } from "@/jobs/home/home";

/** 20 MB that compress somewhat, the same ones each time. */
export const much = "seq 1 2700000 | head -c 20000000";
export const muchBytes = 20_000_000;

export const uncompressed: Compressor = { kind: "none" };
/** A compressor that is a shell script. */
export const tool = (script: string): Compressor => ({ kind: "tool", command: "/bin/sh", args: ["-c", script] });

/** A sink that takes bytes from us. */
export const memory = async (chunks: Buffer[] = []): Promise<Sink> => ({
  async write(chunk) {
    chunks.push(Buffer.from(chunk));
  },
});

const folder = { path: "" };
const files: Staged[] = [];
beforeAll(async () => {
  folder.path = await mkdtemp(path.join(tmpdir(), "coffer-seal-"));
});
afterAll(async () => {
  for (const file of files) await file[Symbol.asyncDispose]();
  await rm(folder.path, { recursive: true });
});

/** A sink with a file behind it, which programs write to themselves. */
export async function file(): Promise<Staged> {
  const staged = await homeFolder(folder.path).stage({ jobId: randomUUID(), fence: 1 });
  files.push(staged);
  return staged;
}

/** Seals what a shell script writes, into memory and uncompressed unless told otherwise. */
export async function sealScript(script: string, rest: Partial<SealOptions> = {}) {
  return seal({
    producer: { path: "/bin/sh", args: ["-c", script], env: {} },
    compression: "none",
    compressor: uncompressed,
    sink: await memory(),
    signal: new AbortController().signal,
    onBytes: () => {},
    explain: (ending) => new Error(`producer: ${ending.signal ?? ending.code} ${ending.stderr.join()}`),
    estimate: () => muchBytes,
    ...rest,
  });
}

export const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** What stock tools make of a compressed file. */
export const unpack: Record<BackupCompression, (bytes: Buffer) => Buffer> = {
  gzip: (bytes) => gunzipSync(bytes),
  zstd: (bytes) => zstdDecompressSync(bytes),
  none: (bytes) => bytes,
};
