import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { cutIntoParts, partBuffers, partBytes } from "@/jobs/destination/s3-parts";
import { reused } from "@/jobs/testing/put";

const MiB = 1024 * 1024;
const TiB = 1024 ** 4;
const numbers = Array.from({ length: 10_000 }, (_, i) => i + 1);

describe("the parts of a file", () => {
  it("are all equal and no more than ten thousand, up to 5 TiB, when its size is told", () => {
    for (const size of [1, 8 * MiB, 70e9, 80_000 * MiB + 1, 1e12, 5 * TiB]) {
      const first = partBytes(1, size);
      const count = Math.ceil(size / first);
      expect(count).toBeLessThanOrEqual(10_000);
      for (const number of [1, 2, 1001, count]) if (number <= count) expect(partBytes(number, size)).toBe(first);
    }
    expect(partBytes(1, 70e9)).toBe(8 * MiB);
    expect(partBytes(1, 5 * TiB)).toBe(525 * MiB);
  });

  it.each([null, 1, 100 * MiB])("take 5 TiB in ten thousand when %s bytes were told", (told) => {
    const sizes = numbers.map((number) => partBytes(number, told));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(5 * TiB);
    expect(Math.max(...sizes)).toBeLessThan(5 * 1024 * MiB);
    expect(Math.min(...sizes)).toBe(8 * MiB);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(() => partBytes(10_001, told)).toThrow("larger than S3 takes");
  });
});

describe("cutting a stream", () => {
  it.each([
    [0, [0]],
    [1, [1]],
    [10, [10]],
    [11, [10, 1]],
    [20, [10, 10]],
    [65, [10, 10, 20, 20, 5]],
  ])("of %i bytes gives parts of %j, and says which is the last", async (size, expected) => {
    const bytes = randomBytes(size);
    const buffers = partBuffers(40);
    const parts = [];
    for await (const { bytes: part, ...about } of cutIntoParts(reused(bytes, 7), (n) => (n < 3 ? 10 : 20), buffers)) {
      parts.push({ ...about, bytes: Buffer.from(part) });
      buffers.give(part);
    }
    expect(parts.map((part) => part.bytes.length)).toEqual(expected);
    expect(parts.map(({ number }) => number)).toEqual(expected.map((_, i) => i + 1));
    expect(parts.map(({ isLast }) => isLast)).toEqual(expected.map((_, i) => i === expected.length - 1));
    expect(Buffer.concat(parts.map((part) => part.bytes)).equals(bytes)).toBe(true);
  });

  it("holds no more than its memory, and waits until some is given back", async () => {
    const buffers = partBuffers(30);
    const taken = [await buffers.take(10), await buffers.take(10), await buffers.take(10)];
    let isGiven = false;
    const next = buffers.take(10).then((buffer) => {
      isGiven = true;
      return buffer;
    });
    await new Promise(setImmediate);
    expect(isGiven).toBe(false);
    buffers.give((taken[1] ?? Buffer.alloc(0)).subarray(0, 3));
    expect((await next).buffer).toBe(taken[1]?.buffer);
  });

  it("takes a part that is larger than its memory alone", async () => {
    const buffers = partBuffers(30);
    const large = await buffers.take(100);
    let isGiven = false;
    void buffers.take(1).then(() => (isGiven = true));
    await new Promise(setImmediate);
    expect(isGiven).toBe(false);
    buffers.give(large);
    await new Promise(setImmediate);
    expect(isGiven).toBe(true);
  });
});
