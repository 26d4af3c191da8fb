import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { compressorFor, originalSize } from "@/jobs/archive/compressor";

const trailer = (bytes: number) => {
  const buffer = Buffer.alloc(8);
  buffer.writeUInt32LE(bytes % 2 ** 32, 4);
  return buffer;
};
const gzip = (bytes: number, estimate: number) =>
  originalSize("gzip", { trailer: trailer(bytes), stderr: [], estimate });

describe("the size before compression", () => {
  it("stands at the end of a gzip file", () => {
    expect(gzip(123_456, 100_000)).toBe(123_456);
    expect(gzip(0, 0)).toBe(0);
  });

  it("is completed by the estimate above 4 GiB, where gzip begins anew", () => {
    const large = 3 * 2 ** 32 + 777;
    expect(gzip(large, large)).toBe(large);
    expect(gzip(large, large * 1.1)).toBe(large);
    expect(gzip(large, large * 0.9)).toBe(large);
    expect(gzip(2 ** 32, 2 ** 32 - 5)).toBe(2 ** 32);
    expect(gzip(2 ** 32 - 1, 2 ** 32 + 9)).toBe(2 ** 32 - 1);
  });

  it("is said by zstd on stderr, exactly", () => {
    const said = [
      "*** Zstandard CLI (64-bit) v1.5.4",
      "/*stdin*\\            : 31.15%   (943718400 B => 293961728 B, /*stdout*\\) ",
    ];
    expect(originalSize("zstd", { trailer: Buffer.alloc(4), stderr: said, estimate: 1 })).toBe(943_718_400);
  });

  it("is unknown when nobody says it", () => {
    expect(originalSize("zstd", { trailer: Buffer.alloc(4), stderr: ["zstd: warning"], estimate: 1 })).toBeNull();
    expect(originalSize("gzip", { trailer: Buffer.alloc(3), stderr: [], estimate: 1 })).toBeNull();
    expect(originalSize("none", { trailer: Buffer.alloc(4), stderr: [], estimate: 1 })).toBeNull();
  });
});

describe("compressing", () => {
  const input = Buffer.from("a line of a dump\n".repeat(50_000));

  it.each(["gzip", "zstd"] as const)(
    "by the program for %s gives what the program to decompress opens",
    (compression) => {
      const compressor = compressorFor(compression);
      if (compressor.kind !== "tool") throw new Error("the tests need igzip or pigz, and zstd");
      const packed = spawnSync(compressor.command, compressor.args, { input });
      expect(packed.stdout.length).toBeLessThan(input.length / 10);
      const unpacked = spawnSync(compression === "gzip" ? "gzip" : "zstd", ["-d", "-c"], {
        input: packed.stdout,
        maxBuffer: 1e8,
      });
      expect(unpacked.stdout.equals(input)).toBe(true);
      const stderr = packed.stderr.toString().split("\n");
      expect(originalSize(compression, { trailer: packed.stdout, stderr, estimate: 0 })).toBe(input.length);
    },
  );

  it("is left out when it is not wanted", () => {
    expect(compressorFor("none")).toEqual({ kind: "none" });
  });
});
