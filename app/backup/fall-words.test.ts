import { expect, test } from "vitest";
import { fallDetails, fallWords } from "@/app/backup/fall-words";

const rows = { what: "rows", now: 1204, usual: 412_093, compared: 7 } as const;

test("a fall is told in percent, and never as all while anything is left", () => {
  expect(fallWords(rows)).toBe("99 % fewer rows");
  expect(fallWords({ ...rows, now: 0 })).toBe("100 % fewer rows");
  expect(fallWords({ what: "bytes", now: 400_000, usual: 1_000_000, compared: 3 })).toBe("60 % less data");
});

test("its details name both numbers", () => {
  expect(fallDetails(rows)).toBe("1,204 rows, where the median of the 7 backups before it is 412,093.");
  expect(fallDetails({ what: "bytes", now: 400_000, usual: 1_000_000, compared: 3 })).toBe(
    "400 kB before compression, where the median of the 3 backups before it is 1 MB.",
  );
});
