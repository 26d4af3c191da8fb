import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { batched } from "@/server/batched";

/** Doubles numbers, and keeps what it was asked each time. */
function doubling(options?: { gap: number }) {
  const asked: number[][] = [];
  const double = batched(async (keys: number[]) => {
    asked.push(keys);
    await sleep(1);
    if (keys.includes(13)) throw new Error("unlucky");
    return keys.map((key) => key * 2);
  }, options);
  return { asked, double };
}

it("asks once for what comes in the same moment, and gives each its own", async () => {
  const { asked, double } = doubling();
  expect(await Promise.all([1, 2, 2, 3].map(double))).toEqual([2, 4, 4, 6]);
  expect(asked).toEqual([[1, 2, 2, 3]]);
});

it("does not wait after a quiet time, and gathers what follows until the gap ends", async () => {
  const { asked, double } = doubling({ gap: 60_000 });
  expect(await double(1)).toBe(2);
  const later = [2, 3].map(double);
  await sleep(20);
  expect(asked).toEqual([[1]]);
  // Enough of them need not wait.
  const many = Array.from({ length: 20 }, (_, n) => double(n + 100));
  expect(await Promise.all(later)).toEqual([4, 6]);
  expect(await Promise.all(many)).toEqual(Array.from({ length: 20 }, (_, n) => (n + 100) * 2));
  expect(asked).toEqual([[1], [2, 3, ...Array.from({ length: 20 }, (_, n) => n + 100)]]);
});

it("goes on when the gap ends", async () => {
  const { double } = doubling({ gap: 30 });
  expect(await double(1)).toBe(2);
  expect(await double(2)).toBe(4);
});

it("fails all that went together, and only those", async () => {
  const { double } = doubling();
  const results = await Promise.allSettled([1, 13].map(double));
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await double(4)).toBe(8);
});
