import { expect, test } from "vitest";
import { estimateText } from "@/app/export/estimate-text";

const schema = { bytes: 48_000_000, tables: 12 };
const last = {
  sizeBytes: 6_100_000,
  originalBytes: 30_000_000,
  format: "custom",
  compression: "gzip",
  durationMs: 13_200,
} as const;

test("the last backup tells the size and the time", () => {
  expect(estimateText({ last, schema }, "gzip")).toBe("About 6.1 MB from 48 MB in 12 tables, last time 13 s.");
});

test("another compression is reckoned from what the last one held", () => {
  expect(estimateText({ last, schema }, "none")).toBe("About 30 MB from 48 MB in 12 tables, last time 13 s.");
  expect(estimateText({ last, schema }, "zstd")).toBe("About 9.9 MB from 48 MB in 12 tables, last time 13 s.");
});

test("the first backup is a rough guess", () => {
  expect(estimateText({ last: null, schema }, "gzip")).toBe("About 17.3 MB from 48 MB in 12 tables.");
});

test("without the server the last backup has to do, and without both nothing is said", () => {
  expect(estimateText({ last, schema: null }, "gzip")).toBe("About 6.1 MB from 30 MB, last time 13 s.");
  expect(estimateText({ last: null, schema: null }, "gzip")).toBeNull();
});
