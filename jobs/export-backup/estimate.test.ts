import { describe, expect, it } from "vitest";
import { followDump } from "@/jobs/export-backup/estimate";
import type { TableInfo } from "@/jobs/postgres/inventory";

const MB = 1_000_000;
const nothingLearned = () => undefined;

const table = (oid: number, bytesOnDisk: number, rest: Partial<TableInfo> = {}): TableInfo => ({
  oid,
  name: `t${oid}`,
  kind: "table",
  hasData: true,
  bytesOnDisk,
  rowEstimate: null,
  ...rest,
});
const look = (at: number, oid: number | null, [bytes, rows] = [0, 0]) => ({ at, oid, bytes, rows, bytesWritten: 0 });

describe("following a dump", () => {
  it("counts a table as done when a later one is being copied, seen or not", () => {
    const follow = followDump([table(1, MB), table(2, 100), table(3, 100), table(4, MB)], nothingLearned);
    follow.see(look(0, 1, [MB / 2, 50]));
    expect(follow.view()).toMatchObject({ tablesDone: 0, tablesTotal: 4, currentTable: "t1" });
    follow.see(look(400, 4, [10, 1]));
    expect(follow.view()).toMatchObject({ tablesDone: 3, currentTable: "t4" });
    expect(follow.view().tables.map(({ state }) => state)).toEqual(["done", "done", "done", "running"]);
  });

  it("leaves out what carries no rows of its own", () => {
    const parent = table(1, 0, { kind: "partitioned table", hasData: false });
    const view = followDump([parent, table(2, MB)], nothingLearned).view();
    expect(view.tablesTotal).toBe(1);
    expect(view.tables.map(({ name }) => name)).toEqual(["t2"]);
  });

  it("goes by the rows that were counted in the snapshot, once they are known", () => {
    const follow = followDump([table(1, 10 * MB)], nothingLearned);
    follow.counted(1, 1000);
    follow.see(look(0, 1, [30 * MB, 500]));
    expect(follow.view().fraction).toBeCloseTo(0.5, 2);
    expect(follow.view().bytesTotal).toBeCloseTo(60 * MB);
    expect(follow.view().rowsTotal).toBe(1000);
  });

  it("goes by bytes until then, and never says all is done before the end", () => {
    const follow = followDump([table(1, 10 * MB)], nothingLearned);
    follow.see(look(0, 1, [5 * MB, 500]));
    expect(follow.view().fraction).toBeCloseTo(0.5, 2);
    expect(follow.view().rowsTotal).toBeNull();
    follow.see(look(400, 1, [50 * MB, 5000]));
    expect(follow.view().fraction).toBeLessThan(1);
    follow.finish();
    expect(follow.view()).toMatchObject({ fraction: 1, tablesDone: 1, currentTable: null });
  });

  it("weighs the tables as the project's last backup measured them", () => {
    const learned = new Map([["t1", 90 * MB]]);
    const follow = followDump([table(1, MB), table(2, 10 * MB)], (name) => learned.get(name));
    follow.counted(1, 9);
    follow.see(look(0, 2));
    expect(follow.view().fraction).toBeCloseTo(0.9, 2);
    expect(follow.view().bytesTotal).toBeCloseTo(100 * MB);
  });

  it("completes a table that was last seen before its end by the rows that were counted", () => {
    const follow = followDump([table(1, MB), table(2, MB)], nothingLearned);
    follow.see(look(0, 1, [4 * MB, 400]));
    follow.counted(1, 1000);
    follow.see(look(400, 2, [0, 0]));
    expect(follow.view()).toMatchObject({ bytesDone: 10 * MB, rowsDone: 1000 });
    expect(follow.measured().get(1)).toEqual({ bytes: 10 * MB, rows: 1000 });
  });

  it("reckons a table anew when its rows are counted after its end", () => {
    const follow = followDump([table(1, 100), table(2, 8192), table(3, MB)], nothingLearned);
    follow.see(look(0, 3, [MB / 2, 50]));
    follow.counted(1, 7);
    follow.counted(2, 0);
    expect(follow.measured().get(1)).toEqual({ bytes: 100, rows: 7 });
    expect(follow.measured().get(2)).toEqual({ bytes: 0, rows: 0 });
  });

  it("gives an empty table no bytes, and a table that was never seen the bytes it was expected to have", () => {
    const follow = followDump([table(1, 8192), table(2, 8192), table(3, MB)], nothingLearned);
    follow.counted(1, 0);
    follow.counted(2, 7);
    follow.see(look(0, 3, [1, 1]));
    expect(follow.measured().get(1)).toEqual({ bytes: 0, rows: 0 });
    expect(follow.measured().get(2)).toEqual({ bytes: 8192, rows: 7 });
  });

  it("tells throughput and the time left, and nothing of them before it knows", () => {
    const follow = followDump([table(1, 100 * MB)], nothingLearned);
    follow.see(look(0, 1, [0, 0]));
    expect(follow.view()).toMatchObject({ bytesPerSecond: null, etaSeconds: null });
    for (let second = 1; second <= 20; second++) follow.see(look(second * 1000, 1, [second * 2 * MB, second]));
    expect(follow.view().bytesPerSecond).toBeCloseTo(2 * MB, -4);
    expect(follow.view().etaSeconds).toBe(30);
    for (let second = 21; second <= 60; second++) follow.see(look(second * 1000, 1, [40 * MB, 20]));
    expect(follow.view().bytesPerSecond).toBeLessThan(100);
  });

  it("takes a dump that reads definitions for one that copies nothing", () => {
    const follow = followDump([table(1, MB)], nothingLearned);
    follow.see(look(0, null));
    follow.see(look(400, 999, [5, 5]));
    expect(follow.view()).toMatchObject({ fraction: 0, currentTable: null, bytesDone: 0 });
  });

  it("of an empty schema is all there is to do, at its end", () => {
    const follow = followDump([], nothingLearned);
    expect(follow.view()).toMatchObject({ fraction: 0, tablesTotal: 0, bytesTotal: 0 });
    follow.finish();
    expect(follow.view().rowsTotal).toBe(0);
  });
});

/** A generator of numbers from 0 to 1, the same ones each time (mulberry32). */
function dice(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("the progress of a dump", () => {
  it("never goes back, whatever the counts and the sizes turn out to be", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = dice(seed);
      const tables = Array.from({ length: 1 + Math.floor(random() * 8) }, (_, i) => table(i + 1, random() * MB));
      const follow = followDump(tables, () => (random() < 0.5 ? random() * 10 * MB : undefined));
      let before = { fraction: 0, tablesDone: 0, rowsDone: 0 };
      let at = 0;
      for (const { oid } of tables) {
        const rows = Math.floor(random() * 1000);
        for (let seen = 0; seen < rows; seen += Math.ceil(random() * 300)) {
          if (random() < 0.3) follow.counted(Math.ceil(random() * tables.length), Math.floor(random() * 1000));
          at += 400;
          follow.see(look(at, oid, [seen * 100 * random(), seen]));
          const view = follow.view();
          expect(view.fraction).toBeGreaterThanOrEqual(before.fraction);
          expect(view.fraction).toBeLessThan(1);
          expect(view.tablesDone).toBeGreaterThanOrEqual(before.tablesDone);
          before = view;
        }
      }
      follow.finish();
      expect(follow.view().fraction).toBe(1);
    }
  });

  it("of 12,000 tables costs next to nothing, and shows the largest and the current one", () => {
    const tables = Array.from({ length: 12_000 }, (_, i) => table(i + 1, (i % 977) * 1000));
    const follow = followDump(tables, nothingLearned);
    const before = process.threadCpuUsage();
    const looks = 100;
    for (let n = 0; n < looks; n++) {
      follow.counted(n * 100 + 1, 5);
      follow.see(look(n * 400, n * 100 + 1, [500, 2]));
      follow.view();
    }
    // In ms of work, not of time: ten times what it takes; at a look each 400 ms that is a few percent of one core.
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1000 / looks).toBeLessThan(20);
    const { tables: shown, tablesDone, currentTable } = follow.view();
    expect(tablesDone).toBe(9900);
    expect(shown).toHaveLength(200);
    expect(shown.filter(({ state }) => state === "running").map(({ name }) => name)).toEqual([currentTable]);
    expect(Math.min(...shown.filter(({ state }) => state === "waiting").map((t) => t.expectedBytes))).toBeGreaterThan(
      850_000,
    );
  });
});
