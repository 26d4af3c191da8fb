import { expect, it } from "vitest";
import { proposeFrom, readImportForm } from "@/app/dump/import-form";

it.each([
  ["tenant_acme.dump.gz", { slug: "acme", name: "Acme", schemaName: "tenant_acme" }],
  ["Größe 2.sql", { slug: "grosse-2", name: "Größe 2", schemaName: "tenant_grosse_2" }],
  ["acme_2026.tar.zst.age", { slug: "acme_2026", name: "Acme 2026", schemaName: "tenant_acme_2026" }],
])("a project of %s could be called after it", (filename, expected) => {
  expect(proposeFrom(filename)).toEqual(expected);
});

it("functions are allowed only where somebody says so", () => {
  const form = new FormData();
  for (const [name, value] of Object.entries({ name: " A ", slug: "a", schemaName: "a b", databaseId: "d" }))
    form.set(name, value);
  const read = { name: "A", slug: "a", schemaName: "a b", databaseId: "d" };
  expect(readImportForm(form)).toEqual({ ...read, allowFunctions: false });
  form.set("allowFunctions", "on");
  expect(readImportForm(form)).toEqual({ ...read, allowFunctions: true });
});
