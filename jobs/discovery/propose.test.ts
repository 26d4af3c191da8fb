import { expect, test } from "vitest";
import { proposeAll, proposeProject, slugify } from "@/jobs/discovery/propose";

test.each([
  ["tenant_acme", "acme", "Acme"],
  ["tenant_blue_harbor", "blue_harbor", "Blue harbor"],
  ["Tenant-Globex", "globex", "Globex"],
  ["public", "public", "Public"],
  ["tenant_", "tenant_", "Tenant"],
  [`tenant_Späti "24/7" *?`, "spati-24-7", `Späti "24/7" *?`],
])("%s is proposed as %s, %s", (schema, slug, name) => expect(proposeProject(schema)).toEqual({ slug, name }));

test("a slug never is empty or too long", () => {
  expect(slugify("東京")).toBe("project");
  expect(slugify("Straße")).toBe("strasse");
  expect(slugify("a".repeat(200))).toHaveLength(100);
});

test("two schemas get two slugs, and neither is one that is taken", () => {
  const slugs = proposeAll(["tenant_acme", "tenants_acme", "acme"], new Set(["acme"])).map(({ slug }) => slug);
  expect(slugs).toEqual(["acme-2", "acme-3", "acme-4"]);
});
