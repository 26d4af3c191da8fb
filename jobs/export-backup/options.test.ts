import { describe, expect, it } from "vitest";
import { compressionOf, exportOptions } from "@/jobs/export-backup/options";

const accepts = (storagePath: string) => exportOptions.safeParse({ storagePath }).success;

describe("the options of an export", () => {
  it("have the defaults of the API", () => {
    expect(exportOptions.parse({})).toEqual({
      format: "sql",
      compress: true,
      compression: "gzip",
      encrypt: false,
      fingerprint: false,
      verify: "none",
      tags: [],
    });
  });

  it("compress with gzip unless told otherwise, and not at all without `compress`", () => {
    expect(compressionOf(exportOptions.parse({}))).toBe("gzip");
    expect(compressionOf(exportOptions.parse({ compression: "zstd" }))).toBe("zstd");
    expect(compressionOf(exportOptions.parse({ compression: "zstd", compress: false }))).toBe("none");
  });

  it("refuse fields and values that nobody knows", () => {
    expect(exportOptions.safeParse({ fromat: "sql" }).success).toBe(false);
    expect(exportOptions.safeParse({ format: "directory" }).success).toBe(false);
    expect(exportOptions.safeParse({ tags: ["ok", ""] }).success).toBe(false);
    expect(exportOptions.safeParse({ description: "x".repeat(501) }).success).toBe(false);
  });
});

describe("storage_path", () => {
  it.each(["daily", "2026/01", "a/b/c_d-e.f", "v1..2", "x".repeat(200)])("may be %s", (path) => {
    expect(accepts(path)).toBe(true);
  });

  it.each([
    "/etc",
    "//host/share",
    "C:/backups",
    "C:\\backups",
    "..",
    "../x",
    "a/../b",
    "a/..",
    ".",
    "./a",
    "a/./b",
    "a//b",
    "a/",
    "...",
    ".partial",
    ".hidden/a",
    "a\\..\\b",
    "%2e%2e/x",
    "..%2f",
    "a%00b",
    "a\0b",
    "a\n",
    "a b",
    "~root",
    "$(id)",
    "ä",
    "．．/x",
    "",
    "x".repeat(201),
  ])("may not be %j", (path) => {
    expect(accepts(path)).toBe(false);
  });
});
