import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fallOf, type Holding } from "@/jobs/fall/fall";

const of = (rows: number, bytes = rows * 100): Holding => ({ rows, bytes });
const seven = [1000, 1010, 990, 1020, 980, 1005, 995].map((rows) => of(rows, 500_000));

describe("a fall", () => {
  it("is less than half of the median of the seven before", () => {
    expect(fallOf(of(499, 500_000), seven)).toEqual({ what: "rows", now: 499, usual: 1000, compared: 7 });
    expect(fallOf(of(500, 500_000), seven)).toBeNull();
    expect(fallOf(of(5000, 900_000), seven)).toBeNull();
  });

  it("of the bytes counts where the rows stay", () => {
    expect(fallOf(of(1000, 200_000), seven)).toEqual({ what: "bytes", now: 200_000, usual: 500_000, compared: 7 });
  });

  it("is told by the rows when both fall", () => {
    expect(fallOf(of(0, 0), seven)).toMatchObject({ what: "rows", now: 0 });
  });

  it("is not hidden by one odd backup, and not made by one", () => {
    expect(fallOf(of(400, 500_000), [of(1, 1), ...seven])).toMatchObject({ usual: 1000 });
    expect(fallOf(of(1000, 500_000), [of(900_000), ...seven])).toBeNull();
  });

  it("is over once the new level is the usual one", () => {
    const low = [of(100), of(100), of(100), of(100)];
    expect(fallOf(of(100), [...low.slice(0, 3), ...seven])).toMatchObject({ what: "rows" });
    expect(fallOf(of(100), [...low, ...seven])).toBeNull();
  });

  it("is told by no fewer than three, and by nothing small", () => {
    expect(fallOf(of(1), seven.slice(0, 2))).toBeNull();
    expect(fallOf(of(1), seven.slice(0, 3))).toMatchObject({ usual: 1000, compared: 3 });
    expect(fallOf(of(1), [of(99), of(99), of(99)])).toBeNull();
    expect(fallOf(of(0), [])).toBeNull();
  });

  it("has the middle of an even number between the two", () => {
    expect(fallOf(of(1), [of(100), of(200), of(300), of(400)])).toMatchObject({ usual: 250, compared: 4 });
  });

  it("never depends on the order of those before, nor on older ones than seven", () => {
    const holding = fc.record({ rows: fc.nat(10_000), bytes: fc.nat(1_000_000) });
    fc.assert(
      fc.property(holding, fc.array(holding, { maxLength: 7 }), fc.array(holding), (now, before, older) => {
        const fall = fallOf(now, before);
        expect(fallOf(now, before.toReversed())).toEqual(fall);
        if (before.length === 7) expect(fallOf(now, [...before, ...older])).toEqual(fall);
        if (fall) expect(fall.now).toBeLessThan(fall.usual / 2);
      }),
    );
  });
});
