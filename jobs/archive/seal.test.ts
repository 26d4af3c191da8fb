import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createGzip, createZstdCompress } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { BackupCompression } from "@/db/schema";
import { type Compressor, compressorFor } from "@/jobs/archive/compressor";
import { file, memory, much, muchBytes, sealScript, sha256, uncompressed, unpack } from "@/jobs/testing/sealing";

const plain = () => execFileSync("/bin/sh", ["-c", much], { maxBuffer: 2 * muchBytes });

describe.each<[BackupCompression, string, Compressor]>([
  ["none", "nothing", uncompressed],
  ["gzip", "the fastest program", compressorFor("gzip")],
  ["gzip", "a slow program", { kind: "tool", command: "gzip", args: ["-1", "-c"] }],
  ["gzip", "this process", { kind: "inProcess", create: () => createGzip({ level: 1 }) }],
  ["zstd", "the fastest program", compressorFor("zstd")],
  ["zstd", "this process", { kind: "inProcess", create: () => createZstdCompress() }],
])("sealing with %s by %s", (compression, _, compressor) => {
  it("keeps every byte in a file, and knows its sizes and its sha256 exactly", async () => {
    const sink = await file();
    let heard = 0;
    const sealed = await sealScript(much, { compression, compressor, sink, onBytes: (bytes) => (heard += bytes) });
    await sink.flush();
    const bytes = await readFile(sink.file.path);
    expect(sealed).toEqual({ sizeBytes: bytes.length, originalBytes: muchBytes, sha256: sha256(bytes) });
    expect(heard).toBe(bytes.length);
    expect(unpack[compression](bytes).equals(plain())).toBe(true);
  });

  it("goes on where a file stands already, and knows sizes and sha256 of what is its own", async () => {
    const sink = await file();
    const beginning = Buffer.alloc(512, "x");
    await sink.write(beginning);
    await sink.flush();
    const from = beginning.length;
    const behind = { write: sink.write, file: { ...sink.file, from } };
    const sealed = await sealScript(much, { compression, compressor, sink: behind });
    await sink.flush();
    const bytes = await readFile(sink.file.path);
    const own = bytes.subarray(from);
    expect(bytes.subarray(0, from).equals(beginning)).toBe(true);
    expect(sealed).toEqual({ sizeBytes: own.length, originalBytes: muchBytes, sha256: sha256(own) });
    expect(unpack[compression](own).equals(plain())).toBe(true);
  });

  it("keeps every byte that passes through us, and knows its sizes and its sha256 exactly", async () => {
    const chunks: Buffer[] = [];
    const sealed = await sealScript(much, { compression, compressor, sink: await memory(chunks) });
    const bytes = Buffer.concat(chunks);
    expect(sealed).toEqual({ sizeBytes: bytes.length, originalBytes: muchBytes, sha256: sha256(bytes) });
    expect(unpack[compression](bytes).equals(plain())).toBe(true);
  });
});

describe("sealing", () => {
  it("lets a slow sink slow the producer down, instead of keeping the bytes in memory", async () => {
    let most = 0;
    let inside = 0;
    const sink = {
      async write() {
        most = Math.max(most, ++inside);
        await new Promise(setImmediate);
        inside--;
      },
    };
    await sealScript("head -c 5000000 /dev/zero", { sink });
    expect(most).toBe(1);
  });

  it("follows a producer that writes in small pieces with pauses, to the last byte", async () => {
    const sealed = await sealScript("for i in 1 2 3 4 5 6; do printf 12345; sleep 0.05; done", { sink: await file() });
    expect(sealed).toMatchObject({ sizeBytes: 30, sha256: sha256(Buffer.from("12345".repeat(6))) });
  });
});
