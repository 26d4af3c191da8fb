import { beforeAll, describe, expect, it } from "vitest";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import type { Backup } from "@/jobs/testing/export-job";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { tortureTenant } from "@/jobs/testing/torture";
import { backupOf } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenWorker();
givenApi();

const compare = (backup: Backup, as: Person, other?: Backup) =>
  call(`GET /api/v1/backups/${backup.id}/compare${other ? `?other_id=${other.id}` : ""}`, { as });

type Found = {
  tables: { name: string; verdict: string; rows_before: number | null; rows_after: number | null }[];
  objects: unknown[];
};
const foundIn = ({ status, body }: { status: number; body: unknown }) => {
  expect(status).toBe(200);
  const { tables, objects } = body as Found;
  return {
    tables: tables.filter((table) => table.verdict !== "same" || table.rows_before !== table.rows_after),
    objects,
  };
};

describe.each(["custom", "sql", "tar"])("a backup as %s of a tenant with everything", (format) => {
  it("differs in nothing from the live schema, nor from itself", async () => {
    const tenant = await tortureTenant();
    const exporter = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
    const backup = await backupOf(tenant, { format, compression: "gzip" });
    expect(foundIn(await compare(backup, exporter))).toEqual({ tables: [], objects: [] });
    expect(foundIn(await compare(backup, exporter, backup))).toEqual({ tables: [], objects: [] });
  });
});

describe("what has changed since a backup", () => {
  let tenant: Tenant;
  let before: Backup;
  beforeAll(async () => {
    tenant = await makeTenant({ tables: 3, rows: 10 });
    before = await backupOf(tenant, { format: "custom" });
    const schema = quoteIdent(tenant.schema);
    await tenant.sql.unsafe(`drop table ${schema}.t3; create table ${schema}.made (id int);
      alter table ${schema}.t1 add more numeric(10, 2), alter body type varchar(200); create index i on ${schema}.t1 (more);
      delete from ${schema}.t2 where id <= 4; create view ${schema}.v as select 1 as one`);
  });
  const changes = {
    tables: [
      { name: "made", verdict: "added", rows_before: null, rows_after: 0 },
      {
        name: "t1",
        verdict: "changed",
        columns: [
          { name: "body", before: "text NOT NULL", after: "character varying(200) NOT NULL" },
          { name: "more", before: null, after: "numeric(10,2)" },
        ],
        others: [{ before: null, after: expect.stringContaining("CREATE INDEX i") }],
      },
      { name: "t3", verdict: "removed", rows_before: 10, rows_after: null },
      { name: "t2", verdict: "same", rows_before: 10, rows_after: 6 },
    ],
    objects: [{ kind: "view", name: "v", verdict: "added" }],
  };

  it("is told of the live schema, and of a later backup the same", async () => {
    const exporter = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
    expect(foundIn(await compare(before, exporter))).toMatchObject(changes);
    const after = await backupOf(tenant, { format: "sql" });
    expect(foundIn(await compare(before, exporter, after))).toMatchObject(changes);
  });

  it("is told of the live schema to those who may export only, and of other projects to nobody", async () => {
    const viewer = await addPerson({ permissions: { [tenant.projectId]: [] } });
    expect(await compare(before, viewer)).toMatchObject({ status: 403 });
    expect(await compare(before, viewer, before)).toMatchObject({ status: 200 });
    const foreign = await backupOf(await makeTenant(), { format: "custom" });
    expect(await compare(before, viewer, foreign)).toMatchObject({ status: 404 });
    expect(await compare(before, await addPerson({ role: "admin" }), foreign)).toMatchObject({ status: 400 });
  });

  it("is not told of a schema that is gone, but why", async () => {
    const gone = await makeTenant({ tables: 1 });
    const backup = await backupOf(gone, { format: "custom" });
    await gone.sql.unsafe(`drop schema ${quoteIdent(gone.schema)} cascade`);
    const admin = await addPerson({ role: "admin" });
    expect(await compare(backup, admin)).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining("does not exist any more") },
    });
  });
});
