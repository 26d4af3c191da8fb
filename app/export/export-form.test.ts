import { expect, test } from "vitest";
import { readExportForm } from "@/app/export/export-form";

const form = (fields: Record<string, string>) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
};

test("fields that were left empty are left out", () => {
  expect(
    readExportForm(form({ format: "sql", compression: "none", description: " ", tags: "", storagePath: "" })),
  ).toEqual({
    format: "sql",
    compress: false,
    compression: "none",
    encrypt: false,
    verify: "none",
    description: undefined,
    tags: [],
    storagePath: undefined,
    notifyEmail: undefined,
  });
});

test("everything that was filled in is there", () => {
  const fields = {
    format: "tar",
    compression: "zstd",
    encrypt: "on",
    verify: "restore",
    description: "before 2.0",
    tags: "a, b",
    storagePath: "2026/q1",
    notifyEmail: " ada@example.org ",
  };
  expect(readExportForm(form(fields))).toEqual({
    format: "tar",
    compress: true,
    compression: "zstd",
    encrypt: true,
    verify: "restore",
    description: "before 2.0",
    tags: ["a", "b"],
    storagePath: "2026/q1",
    notifyEmail: "ada@example.org",
  });
});
