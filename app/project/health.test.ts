import { expect, test } from "vitest";
import { freshness, healthOf } from "@/app/project/health";

const now = Date.parse("2026-01-29T15:30:00Z");
const backup = (createdAt: string) => ({
  id: "b",
  createdAt,
  sizeBytes: 1,
  originalBytes: 1,
  rowCount: 1,
  tableCount: 1,
  fall: null,
});
const lastExport = (status: string) => ({ id: "j", status, errorCode: null, errorMessage: null, finishedAt: "" });

test("a backup is fresh for a week", () => {
  expect(freshness(backup("2026-01-23T00:00:00Z"), now).word).toBe("Fresh");
  expect(freshness(backup("2026-01-22T15:00:00Z"), now)).toMatchObject({ word: "Too old", tone: "bad" });
  expect(freshness(null, now)).toMatchObject({ word: "No backup", tone: "bad" });
});

test("a failure that came after the last good backup is the first thing to know", () => {
  const lastBackup = backup("2026-01-29T00:00:00Z");
  expect(healthOf({ lastBackup, lastExport: lastExport("failed") }, now).word).toBe("Last export failed");
  expect(healthOf({ lastBackup, lastExport: lastExport("completed") }, now).word).toBe("Fresh");
  expect(healthOf({ lastBackup: null, lastExport: null }, now).word).toBe("No backup");
});

test("a fresh backup that holds far less than usual is not called fresh", () => {
  const fall = { what: "rows", now: 3, usual: 300, compared: 7 } as const;
  const fallen = { ...backup("2026-01-29T00:00:00Z"), fall };
  expect(healthOf({ lastBackup: fallen, lastExport: null }, now)).toMatchObject({
    word: "99 % fewer rows",
    tone: "warn",
  });
  const old = { ...backup("2026-01-01T00:00:00Z"), fall };
  expect(healthOf({ lastBackup: old, lastExport: null }, now).word).toBe("Too old");
});
