import { expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { checked, dataFile } from "@/jobs/testing/data-import";
import { givenShops, shops, visits } from "@/jobs/testing/shops";

givenControlPlane();
const given = givenShops();

it("each problem comes with its line and with what the file has there", async () => {
  const lines = ["id,name,code", '3,"two\nlines",abc', "4,,c", "", "x,five,d"];
  const fileId = await dataFile(given.tenant, lines.join("\r\n"));
  const { report } = await checked(given.tenant, fileId, shops);
  expect(report?.problems).toMatchObject([
    { kind: "invalid_value", row: 3, line: 6, field: "id", value: "x" },
    { kind: "missing_value", row: 2, line: 4, field: "name", value: null },
  ]);
});

it("of many problems the first hundred are shown, and all are counted", async () => {
  const fileId = await dataFile(
    given.tenant,
    `id,name\n${Array.from({ length: 3_000 }, (_, i) => `x${i},${i}`).join("\n")}\n`,
  );
  const { report } = await checked(given.tenant, fileId, shops);
  expect(report).toMatchObject({ problemCount: 3_000, groups: [{ count: 3_000, rows: "1-3000" }] });
  expect(report?.problems).toHaveLength(100);
  expect(report?.problems[99]).toMatchObject({ row: 100, line: 101, value: "x99" });
});

it("what is deleted because it belongs to rows that the file does not have is said beforehand", async () => {
  const fileId = await dataFile(given.tenant, "id,shop,at\n2,2,2026-01-02\n");
  const { report } = await checked(given.tenant, fileId, {
    ...visits,
    importMode: "replace",
    conflictResolution: "skip",
  });
  expect(report).toMatchObject({ problemCount: 0, tables: [{ delete: 1, skip: 1 }] });
  expect(report?.warnings).toEqual([expect.stringMatching(/^1 row of notes will be deleted as well/)]);
});

it("a computed column of the file is not used, and that is said", async () => {
  const fileId = await dataFile(given.tenant, "shop,at,twice\n1,2026-08-01,99\n");
  const { report } = await checked(given.tenant, fileId, visits);
  expect(report).toMatchObject({ problemCount: 0, tables: [{ insert: 1 }] });
  expect(report?.warnings).toEqual([expect.stringContaining("visits.twice is computed from other columns")]);
});

it("a file that cannot be read to its end is refused with the place", async () => {
  const fileId = await dataFile(given.tenant, 'id,name\n3,"never closed\n');
  const outcome = await checked(given.tenant, fileId, shops);
  expect(outcome).toMatchObject({
    status: "failed",
    errorCode: "import_invalid",
    errorMessage: expect.stringMatching(/line 2/i),
  });
});

it("a validation looks at the file alone", async () => {
  const fileId = await dataFile(given.tenant, "id,name\n1,one\n1,uno\n9,\n");
  const { report } = await checked(given.tenant, fileId, { ...shops, purpose: "validate" });
  expect(report?.groups).toMatchObject([{ kind: "duplicate_key", rows: "2" }]);
});
