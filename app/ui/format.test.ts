import { describe, expect, test } from "vitest";
import {
  formatAgo,
  formatBytes,
  formatClock,
  formatCount,
  formatDay,
  formatDuration,
  formatEta,
  formatRate,
  formatSeconds,
  formatServerVersion,
  formatUntil,
  plural,
  shortHash,
} from "@/app/ui/format";

describe("bytes", () => {
  test.each([
    [0, "0 B"],
    [812, "812 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [6_100_000, "6.1 MB"],
    [48_000_000, "48 MB"],
    [48_240_000, "48.2 MB"],
    [300_400_000, "300 MB"],
    [999_600_000, "1 GB"],
    [1_100_000_000, "1.1 GB"],
    [9e15, "9 PB"],
  ])("%d are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  test("a rate has two digits that mean something", () => {
    expect(formatRate(31_234_567)).toBe("31 MB/s");
    expect(formatRate(987)).toBe("990 B/s");
    expect(formatRate(0)).toBe("0 B/s");
  });
});

describe("durations", () => {
  test.each([
    [0, "0 s"],
    [412, "0.4 s"],
    [9_949, "9.9 s"],
    [13_400, "13 s"],
    [65_000, "1 min 5 s"],
    [120_000, "2 min"],
    [7_380_000, "2 h 3 min"],
  ])("%d ms are %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

  test("seconds never go below zero", () => expect(formatSeconds(-3)).toBe("0 s"));

  test.each([
    [0, "about 1 s"],
    [3.2, "about 4 s"],
    [11, "about 15 s"],
    [61, "about 1 min"],
    [3_599, "about 60 min"],
    [5_400, "about 1 h 30 min"],
  ])("%d s left are %s", (seconds, text) => expect(formatEta(seconds)).toBe(text));
});

describe("how long ago", () => {
  const now = Date.parse("2026-01-29T15:30:00Z");
  test.each([
    ["2026-01-29T15:30:04Z", "just now"],
    ["2026-01-29T15:29:30Z", "just now"],
    ["2026-01-29T15:29:10Z", "1 min ago"],
    ["2026-01-29T15:26:00Z", "4 min ago"],
    ["2026-01-29T13:30:00Z", "2 h ago"],
    ["2026-01-28T15:00:00Z", "yesterday"],
    ["2026-01-27T15:00:00Z", "2 d ago"],
    ["2025-11-01T15:00:00Z", "2 months ago"],
    ["2023-01-01T15:00:00Z", "3 years ago"],
  ])("%s was %s", (time, text) => expect(formatAgo(Date.parse(time), now)).toBe(text));
});

test("numbers have separators and their noun agrees", () => {
  expect(formatCount(412_093)).toBe("412,093");
  expect(plural(1, "backup")).toBe("1 backup");
  expect(plural(24, "backup")).toBe("24 backups");
  expect(plural(0, "entry", "entries")).toBe("0 entries");
});

test("a day is the same in every zone", () => {
  expect(formatDay("2026-01-29")).toBe("29 Jan");
});

test("a time of day has milliseconds", () => {
  expect(formatClock(new Date(2026, 0, 29, 5, 3, 7, 14))).toBe("05:03:07.014");
});

test("versions and hashes are shortened", () => {
  expect(formatServerVersion(150_018)).toBe("15.18");
  expect(shortHash("9f2c41aa00000000000000000000000000000000000000000000000000e01abc")).toBe("9f2c41aa…00e01abc");
});

describe("how long until", () => {
  const now = Date.parse("2026-01-29T15:30:00Z");
  test.each([
    ["2026-01-29T15:30:40Z", "in a moment"],
    ["2026-01-29T15:34:10Z", "in 4 min"],
    ["2026-01-29T17:20:00Z", "in 2 h"],
    ["2026-01-31T14:00:00Z", "in 47 h"],
    ["2026-02-01T15:29:59Z", "in 3 d"],
    ["2026-04-29T15:29:58Z", "in 90 d"],
  ])("%s is %s", (time, text) => expect(formatUntil(Date.parse(time), now)).toBe(text));
});
