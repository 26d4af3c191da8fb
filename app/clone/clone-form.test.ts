import { describe, expect, it } from "vitest";
import { cloneOf, readCloneForm } from "@/app/clone/clone-form";

describe("the name of a copy", () => {
  it("follows from that of the original", () => {
    const acme = { projectSlug: "acme", projectName: "Acme Shop", manifest: { project: { schema: "tenant_acme" } } };
    expect(cloneOf(acme)).toEqual({ slug: "acme-copy", name: "Acme Shop (copy)", schemaName: "tenant_acme_copy" });
  });

  it("fits where the original hardly did", () => {
    const long = {
      projectSlug: "s".repeat(100),
      projectName: "n".repeat(100),
      manifest: { project: { schema: "ü".repeat(31) } },
    };
    const { slug, name, schemaName } = cloneOf(long);
    expect([slug.length, name.length]).toEqual([100, 99]);
    expect(schemaName).toBe(`${"ü".repeat(29)}_copy`);
  });
});

it("a form without a database means the one where the original is", () => {
  const form = new FormData();
  for (const [name, value] of Object.entries({ name: " A ", slug: " a ", schemaName: "a b", databaseId: "" }))
    form.set(name, value);
  expect(readCloneForm(form)).toEqual({
    name: "A",
    slug: "a",
    schemaName: "a b",
    databaseId: undefined,
    structureOnly: false,
  });
});
