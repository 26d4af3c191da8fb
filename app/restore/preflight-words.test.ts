import { expect, it } from "vitest";
import { changesOf } from "@/app/restore/preflight-words";

it("only tables that may change are shown", () => {
  const same = { name: "same", live: 3, inBackup: 3 };
  const comes = { name: "comes", live: null, inBackup: 0 };
  const goes = { name: "goes", live: 0, inBackup: null };
  const uncounted = { name: "uncounted", live: -1, inBackup: 0 };
  expect(changesOf([same, comes, goes, uncounted])).toEqual([comes, goes, uncounted]);
});
