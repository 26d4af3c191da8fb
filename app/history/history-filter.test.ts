import { describe, expect, test } from "vitest";
import { backupsOf, failuresOf, isFiltered, readHistoryFilter } from "@/app/history/history-filter";

const kind = "export_backup";
const read = (query: string) => readHistoryFilter(new URLSearchParams(query));

test("an address without a filter asks for everything", () => {
  expect(isFiltered(read(""))).toBe(false);
  expect(backupsOf("acme", read(""))).toEqual({ projectId: "acme" });
  expect(failuresOf("acme", read(""))).toEqual({ projectId: "acme", kind, status: ["failed", "cancelled"] });
});

test("what the address names wrongly is left out", () => {
  expect(read("status=constructor&type=toString&encryption=1")).toEqual({
    search: "",
    type: null,
    status: null,
    encryptedOnly: false,
    tag: "",
  });
});

describe("a filter", () => {
  test("on text, type or tag leaves out exports without a backup", () => {
    for (const query of ["q=acme", "type=manual", "encryption=encrypted", "tag=release"])
      expect(failuresOf("acme", read(query))).toBeNull();
    expect(backupsOf("acme", read("q=a&type=manual&encryption=encrypted&tag=t"))).toEqual({
      projectId: "acme",
      search: "a",
      type: "manual",
      encryptedOnly: true,
      tag: "t",
    });
  });

  test("on a status asks only where it occurs", () => {
    expect(backupsOf("acme", read("status=failed"))).toBeNull();
    expect(failuresOf("acme", read("status=failed"))).toEqual({ projectId: "acme", kind, status: ["failed"] });
    expect(backupsOf("acme", read("status=missing"))).toEqual({ projectId: "acme", status: "missing" });
    expect(failuresOf("acme", read("status=missing"))).toBeNull();
  });
});
