import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { access } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createGzip } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Compressor } from "@/jobs/archive/compressor";
import type { Sink } from "@/jobs/archive/seal";
import { failureOf } from "@/jobs/lifecycle/failure";
import { file, memory, much, sealScript, tool, uncompressed } from "@/jobs/testing/sealing";
import { waitFor } from "@/jobs/testing/wait";

const gzip = tool("exec gzip -1");
const inProcess: Compressor = { kind: "inProcess", create: () => createGzip() };
const processesWith = (mark: string) => spawnSync("pgrep", ["-f", mark], { encoding: "utf8" }).stdout.trim();

describe.each([
  ["without compression", uncompressed, memory],
  ["with a compressor", gzip, memory],
  ["with compression in this process", inProcess, memory],
  ["into a file without compression", uncompressed, file],
  ["into a file with a compressor", gzip, file],
  ["into a file with compression in this process", inProcess, file],
])("sealing %s fails", (_, compressor, sink) => {
  it("when the producer ends badly after its last byte", async () => {
    const sealing = sealScript(`${much}; echo why >&2; exit 3`, { compressor, sink: await sink() });
    await expect(sealing).rejects.toThrow("producer: 3 why");
  });

  it("when the producer is killed in the middle", async () => {
    const sealing = sealScript("head -c 1000000 /dev/zero; kill -9 $$", { compressor, sink: await sink() });
    await expect(sealing).rejects.toThrow("producer: SIGKILL");
  });

  it("when the producer cannot be started", async () => {
    const producer = { path: "/nowhere/pg_dump", args: [], env: {} };
    await expect(sealScript("", { compressor, producer, sink: await sink() })).rejects.toThrow();
  });

  it("when nothing was written, though everybody says that all is well", async () => {
    const sealing = sealScript("exit 0", { compression: "gzip", compressor, sink: await sink() });
    expect(await sealing.catch(failureOf)).toMatchObject({
      code: "archive_invalid",
      message: "pg_dump wrote nothing.",
    });
  });

  it("when it is asked to end: with the reason, and with all processes gone", async () => {
    const mark = randomUUID();
    const controller = new AbortController();
    const script = `: ${mark}; head -c 100000 /dev/urandom; sleep 600`;
    const sealing = sealScript(script, { compressor, sink: await sink(), signal: controller.signal });
    const outcome = expect(sealing).rejects.toBe("cancelled");
    await waitFor(() => processesWith(mark), { what: "the producer" });
    controller.abort("cancelled");
    await outcome;
    expect(processesWith(mark)).toBe("");
  });
});

describe("sealing fails", () => {
  it.each([
    ["without compression", uncompressed],
    ["with a compressor", gzip],
    ["with compression in this process", inProcess],
  ])("when the sink fails, %s: for the sink's reason, the rest is only a consequence", async (_, compressor) => {
    let written = 0;
    const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
    const sink: Sink = {
      async write(chunk) {
        written += chunk.length;
        if (written > 10_000) throw full;
      },
    };
    const script = `${much}; ${much}; echo 'Connection reset by peer' >&2; exit 1`;
    await expect(sealScript(script, { compressor, sink })).rejects.toBe(full);
  });

  it("before anything is started when it was asked to end already", async () => {
    const mark = path.join(tmpdir(), randomUUID());
    const signal = AbortSignal.abort("cancelled");
    await expect(sealScript(`touch ${mark}`, { signal })).rejects.toBe("cancelled");
    await expect(access(mark)).rejects.toThrow("ENOENT");
  });

  it("when the compressor takes everything, writes nothing and says that all is well", async () => {
    const sealing = sealScript(much, { compression: "gzip", compressor: tool("cat > /dev/null") });
    expect(await sealing.catch(failureOf)).toMatchObject({ code: "archive_invalid" });
  });

  it.each([
    ["is killed", "head -c 100000 > /dev/null; kill -9 $$", /SIGKILL/],
    ["gives up", "head -c 100000 > /dev/null; echo broken >&2; exit 2", /code 2/],
  ])("when the compressor %s: it is the cause, though the producer ends badly too", async (_, script, message) => {
    for (const sink of [await memory(), await file()]) {
      const failure = await sealScript(much, { compressor: tool(script), sink }).catch(failureOf);
      expect(failure).toMatchObject({ code: "tool_killed", message: expect.stringMatching(message) });
    }
  });

  it("when the compressor ends early and says that all is well", async () => {
    await expect(sealScript(much, { compressor: tool("head -c 1000") })).rejects.toThrow("producer:");
  });

  it("with all processes gone, also those that do not want to end", async () => {
    const mark = randomUUID();
    const controller = new AbortController();
    const stubborn = `: ${mark}; trap '' TERM; head -c 1000 /dev/urandom; while :; do sleep 0.1; done`;
    const compressor = tool(`: ${mark}; trap '' TERM; while :; do sleep 0.1; done`);
    const sealing = sealScript(stubborn, { compressor, signal: controller.signal });
    const outcome = expect(sealing).rejects.toBe("cancelled");
    await waitFor(() => processesWith(mark).split("\n").length >= 2, { what: "both processes" });
    controller.abort("cancelled");
    await outcome;
    expect(processesWith(mark)).toBe("");
  });
});
