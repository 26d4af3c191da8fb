import { expect, it } from "vitest";
import { exportRowsCommand } from "@/app/data/export-command-text";

const use = { origin: "https://c.example.org", slug: "acme" };

it("all of it is short", () => {
  expect(exportRowsCommand({ ...use, wish: { format: "json", includeMetadata: true, pretty: false } })).toBe(
    [
      `curl -fOJG 'https://c.example.org/api/v1/export/full/download' -H "Authorization: Bearer $TOKEN" \\`,
      "  --data-urlencode 'project_id=acme' \\",
      "  --data-urlencode 'format=json'",
    ].join("\n"),
  );
});

it("one table has an address of its own, and nothing in its name or values means anything to the shell", () => {
  const command = exportRowsCommand({
    ...use,
    wish: {
      format: "csv",
      csvDelimiter: ";",
      guardFormulas: true,
      tableName: "Wirt's $(id)",
      filters: { name: { eq: "O'Neill & 50%" } },
      limit: 5,
    },
  });
  expect(command).toContain(`curl -fOJG 'https://c.example.org/api/v1/export/Wirt'\\''s%20%24(id)/download' -H`);
  expect(command).toContain(`--data-urlencode 'filters={"name":{"eq":"O'\\''Neill & 50%"}}'`);
  for (const part of ["csv_delimiter=;", "guard_formulas=true", "limit=5"]) expect(command).toContain(`'${part}'`);
});

it("a list is told with commas, unless a name has one", () => {
  const command = exportRowsCommand({ ...use, wish: { format: "csv", includeTables: ["a,b", "c"] } });
  expect(command).toContain(`'include_tables=["a,b","c"]'`);
});

it("metadata that is not wanted is said", () => {
  const wish = { format: "json", includeMetadata: false, includeTables: ["a", "b"] } as const;
  const command = exportRowsCommand({ ...use, wish: { ...wish, includeTables: [...wish.includeTables] } });
  expect(command).toContain("'include_metadata=false'");
  expect(command).toContain("'include_tables=a,b'");
});
