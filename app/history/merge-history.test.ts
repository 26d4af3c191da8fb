import { expect, test } from "vitest";
import { mergeHistory } from "@/app/history/merge-history";

const at = (...hours: number[]) =>
  hours.map((hour) => ({ id: hour, createdAt: `2026-01-29T${String(hour).padStart(2, "0")}:00:00Z` }));

const hoursOf = ({ entries }: ReturnType<typeof merge>) =>
  entries.map((entry) => (entry.kind === "backup" ? entry.backup.id : -entry.job.id));

const merge = (
  backups: { items: ReturnType<typeof at>; hasMore: boolean },
  failures: { items: ReturnType<typeof at>; hasMore: boolean },
) => mergeHistory(backups, failures);

test("both lists stand in one order", () => {
  const merged = merge({ items: at(20, 10), hasMore: false }, { items: at(15, 5), hasMore: false });
  expect(hoursOf(merged)).toEqual([20, -15, 10, -5]);
  expect(merged.reaches).toEqual({ backups: false, failures: false });
});

test("what is older than the end of an unfinished list waits", () => {
  const merged = merge({ items: at(20, 10), hasMore: true }, { items: at(15, 5), hasMore: false });
  expect(hoursOf(merged)).toEqual([20, -15, 10]);
  expect(merged.reaches).toEqual({ backups: true, failures: false });
});

test("the list that ends first goes on first", () => {
  const merged = merge({ items: at(20, 18), hasMore: true }, { items: at(19, 3), hasMore: true });
  expect(hoursOf(merged)).toEqual([20, -19, 18]);
  expect(merged.reaches).toEqual({ backups: true, failures: false });
});

test("an empty list changes nothing", () => {
  expect(hoursOf(merge({ items: at(20), hasMore: false }, { items: [], hasMore: false }))).toEqual([20]);
});
