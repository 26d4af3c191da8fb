import { expect, it } from "vitest";
import { importHref } from "@/app/data-import/import-href";
import { placeOf } from "@/app/data-import/wizard-step";

const id = "11111111-1111-4111-8111-111111111111";

it.each([
  ["check_import", "check"],
  ["import_data", "result"],
] as const)("a %s that failed is shown in the wizard's step %s", (kind, step) => {
  const href = importHref({ kind, id, projectSlug: "acme" });
  expect(href).toMatch(/^\/projects\/acme\/data\/import\?/);
  expect(placeOf(new URLSearchParams(href?.split("?")[1])).step).toBe(step);
});

it("other jobs have no such page", () => {
  expect(importHref({ kind: "export_backup", id, projectSlug: "acme" })).toBeNull();
});
