import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createGzip, createZstdCompress } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { BackupCompression } from "@/db/schema";
import { generateIdentity, recipientOf } from "@/jobs/archive/age/keys";
import { decrypt } from "@/jobs/archive/age/testing";
import { type Compressor, compressorFor } from "@/jobs/archive/compressor";
import { failureOf } from "@/jobs/lifecycle/failure";
import { file, memory, much, muchBytes, sealScript, sha256, tool, uncompressed, unpack } from "@/jobs/testing/sealing";

const identity = generateIdentity();
const inspect = async () => {};
const encryption = { recipients: [recipientOf(identity), recipientOf(generateIdentity())], inspect };

describe.each<[BackupCompression, string, Compressor]>([
  ["none", "nothing", uncompressed],
  ["gzip", "the fastest program", compressorFor("gzip")],
  ["gzip", "this process", { kind: "inProcess", create: () => createGzip({ level: 1 }) }],
  ["zstd", "the fastest program", compressorFor("zstd")],
  ["zstd", "this process", { kind: "inProcess", create: () => createZstdCompress() }],
])("sealing with encryption and %s by %s", (compression, _, compressor) => {
  it("keeps every byte for its recipients, and knows the sizes and the sha256 of what is stored", async () => {
    const sink = await file();
    const seen: Buffer[] = [];
    let heard = 0;
    const sealed = await sealScript(much, {
      compression,
      compressor,
      sink,
      encryption: { ...encryption, inspect: async (piece) => void seen.push(Buffer.from(piece)) },
      onBytes: (bytes) => (heard += bytes),
    });
    await sink.flush();
    const bytes = await readFile(sink.file.path);
    expect(sealed).toEqual({ sizeBytes: bytes.length, originalBytes: muchBytes, sha256: sha256(bytes) });
    expect(heard).toBe(bytes.length);
    const packed = await decrypt(bytes, { identities: [identity] });
    expect(
      unpack[compression](packed).equals(execFileSync("/bin/sh", ["-c", much], { maxBuffer: 2 * muchBytes })),
    ).toBe(true);
    expect(Buffer.concat(seen).equals(packed)).toBe(true);
  });
});

describe("sealing with encryption fails", () => {
  const gzip = tool("exec gzip -1");
  it.each([
    ["uncompressed", uncompressed],
    ["with a compressor", gzip],
  ])("when the producer ends badly, %s", async (_, compressor) => {
    const sealing = sealScript(`${much}; echo why >&2; exit 3`, { compressor, encryption, sink: await file() });
    await expect(sealing).rejects.toThrow("producer: 3 why");
  });

  it.each([
    ["nothing was written", "exit 0", uncompressed],
    ["nothing was compressed", much, tool("cat > /dev/null")],
  ])("when %s, though the file has a header", async (_, script, compressor) => {
    const sealing = sealScript(script, { compression: "gzip", compressor, encryption, sink: await memory() });
    expect(await sealing.catch(failureOf)).toMatchObject({ code: "archive_invalid" });
  });

  it("when whoever looks at the pieces minds one: that is the cause", async () => {
    const cause = new Error("not ours");
    const minds = { ...encryption, inspect: () => Promise.reject(cause) };
    const sealing = sealScript(`${much}; echo 'broken pipe' >&2; exit 1`, { compressor: gzip, encryption: minds });
    await expect(sealing).rejects.toBe(cause);
  });

  it("when the disk is full", async () => {
    const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
    const sink = { write: () => Promise.reject(full) };
    await expect(sealScript(much, { compressor: gzip, encryption, sink })).rejects.toBe(full);
  });

  it("without recipients, before anything is started", async () => {
    const sealing = sealScript("exit 3", { encryption: { recipients: [], inspect } });
    await expect(sealing).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  });
});
