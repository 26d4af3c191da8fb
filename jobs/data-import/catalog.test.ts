import { expect, it } from "vitest";
import { readTargetSchema } from "@/jobs/data-import/catalog";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { tortureTenant } from "@/jobs/testing/torture";

givenControlPlane();

it("a tenant with everything is read with its defaults, checks, sequences and triggers, every name with its schema", async () => {
  const tenant = await tortureTenant();
  const { tables, foreignKeys } = await tenant.sql.begin(async (tx) => {
    await tx`set local search_path = pg_catalog`;
    return readTargetSchema(tx, tenant.schema);
  });
  const table = (name: string) => tables.find((one) => one.name === name);
  const column = (of: string, name: string) => table(of)?.columns.find((one) => one.name === name);
  const own = `"${tenant.schema.replaceAll('"', '""')}"`;
  expect(column("people", "id")).toMatchObject({
    identity: "always",
    sequence: `${own}.people_id_seq`,
    takesEmpty: false,
  });
  expect(column("people", "email")).toMatchObject({ type: `${own}.email`, takesEmpty: true });
  expect(column("people", "mood")).toMatchObject({ expression: `'sad'::${own}.mood`, takesEmpty: false });
  expect(column("people", "doubled")).toMatchObject({
    isGenerated: true,
    expression: expect.stringContaining("twice"),
  });
  expect(column("orders", "id")).toMatchObject({ sequence: `${own}.orders_id_seq`, identity: null, hasDefault: true });
  expect(table("people")).toMatchObject({
    checks: [{ columns: ["country"], expression: `(${tenant.shared}.norm(country) <> ''::text)`, isPartition: false }],
    triggers: ["touched"],
  });
  expect(table("events")?.checks).toMatchObject([{ isPartition: true, columns: ["at", "id"] }]);
  expect(foreignKeys.map(({ name, isDeferred, onDelete }) => [name, isDeferred, onDelete])).toEqual([
    ["orders_person_fkey", false, "no action"],
    ["likes", true, "no action"],
    ["people_boss_fkey", false, "no action"],
  ]);
});
