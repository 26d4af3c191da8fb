import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { dataFiles, jobs } from "@/db/schema";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { createCaller } from "@/server/root";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";
import { eventsOf, uploads } from "@/server/testing/data-files";
import { inTheNameOf } from "@/server/trpc";

givenControlPlane();
givenApi();

let tenant: Tenant;
let other: Tenant;
let importer: Person;
let exporter: Person;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  other = await makeTenant({ tables: 0 });
  const { sql, schema } = tenant;
  await sql.unsafe(`create table ${quoteIdent(schema)}.clients (id bigint generated always as identity primary key,
    first_name text not null, email text unique, twice int generated always as (2) stored, at timestamptz default now())`);
  await sql.unsafe(`create table ${quoteIdent(schema)}.charts (id int)`);
  const permissions = { [tenant.projectId]: ["import" as const], [other.projectId]: ["import" as const] };
  importer = await addPerson({ permissions });
  exporter = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
});

async function uploaded(body: string, filename: string): Promise<string> {
  const query = new URLSearchParams({ project_id: tenant.slug, filename });
  const headers = { "Content-Type": "application/octet-stream" };
  const answer = await call(`POST /api/v1/data-files?${query}`, { as: importer, body, headers });
  return (answer.body as { file_id: string }).file_id;
}

const asked = (id: string, query = `project_id=${tenant.slug}`, as: Person | string = importer) =>
  call(`GET /api/v1/data-files/${id}?${query}`, { as });
const caller = (as: Person) => createCaller(inTheNameOf({ ...as, name: "Ada", role: "member" })).dataFile;

describe("an uploaded file", () => {
  it("is shown with where its rows most likely belong, and what there is", async () => {
    const id = await uploaded("ID;First Name;E-Mail;twice;nothing\n1;Ada;;2;\n", "Clients 2026-01-29.csv");
    const { status, body } = await asked(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      file_id: id,
      filename: "Clients 2026-01-29.csv",
      format: "csv",
      packing: "none",
      encoding: "utf-8",
      delimiter: ";",
      is_whole: true,
      tables: [
        {
          name: null,
          fields: ["ID", "First Name", "E-Mail", "twice", "nothing"],
          rows: [["1", "Ada", null, "2", null]],
          suggested_table: "clients",
          suggested_columns: ["id", "first_name", "email", null, null],
        },
      ],
    });
    const { targets } = body as { targets: { name: string }[] };
    expect(targets.map(({ name }) => name)).toEqual(["charts", "clients"]);
    expect(targets[1]).toMatchObject({
      columns: [
        { name: "id", type: "bigint", is_nullable: false, identity: "always" },
        { name: "first_name", is_nullable: false, has_default: false },
        { name: "email", is_nullable: true },
        { name: "twice", is_generated: true },
        { name: "at", has_default: true },
      ],
      keys: [
        { columns: ["id"], is_primary: true },
        { columns: ["email"], is_primary: false },
      ],
    });
  });

  it("is read as the caller says that it is", async () => {
    const id = await uploaded("a;b,c\n1;2,3\n", "x.csv");
    expect((await asked(id)).body).toMatchObject({ delimiter: ",", tables: [{ fields: ["a;b", "c"] }] });
    const told = await asked(id, `project_id=${tenant.slug}&delimiter=%3B&encoding=windows-1252&format=csv`);
    expect(told.body).toMatchObject({ delimiter: ";", encoding: "windows-1252", tables: [{ fields: ["a", "b,c"] }] });
    for (const wrong of ["delimiter=ab", "encoding=utf-7", "format=xml", "sep=x"])
      expect((await asked(id, `project_id=${tenant.slug}&${wrong}`)).status, wrong).toBe(400);
  });

  it("that is none of rows is refused with the reason", async () => {
    const id = await uploaded("a,a\n", "x.csv");
    const refused = { code: "IMPORT_INVALID", message: 'Line 1: two columns are called "a".' };
    expect(await asked(id)).toMatchObject({ status: 422, body: refused });
    expect(await asked(await uploaded("PGDMP", "x"))).toMatchObject({ status: 422, body: { code: "IMPORT_INVALID" } });
  });

  it("is for those who may import into its project, and for no other project", async () => {
    const id = await uploaded("a\n", "x.csv");
    expect(await asked(id, `project_id=${other.slug}`)).toMatchObject({
      status: 404,
      body: { code: "FILE_NOT_FOUND" },
    });
    expect(await asked(randomUUID())).toMatchObject({ status: 404, body: { code: "FILE_NOT_FOUND" } });
    expect((await asked("..%2Fx")).status).toBe(400);
    expect((await asked(id, `project_id=${tenant.slug}`, exporter)).status).toBe(403);
    expect((await asked(id, `project_id=${tenant.slug}`, await addPerson())).status).toBe(404);
    const made = await call("POST /api/v1/tokens", { as: importer, body: { name: "reader", scopes: ["read"] } });
    const { token } = (made.body as { data: { token: string } }).data;
    expect((await asked(id, `project_id=${tenant.slug}`, token)).status).toBe(403);
  });

  it("is removed when asked for, unless an import needs it", async () => {
    const id = await uploaded("a\n", "x.csv");
    const input = { projectId: tenant.projectId, fileId: id };
    const wanted = { kind: "check_import" as const, projectId: tenant.projectId, options: { fileId: id } };
    const [job] = await db
      .insert(jobs)
      .values({ ...wanted, runAt: new Date(Date.now() + 3_600_000) })
      .returning();
    await expect(caller(importer).remove(input)).rejects.toThrow("An import needs this file");
    await db
      .update(jobs)
      .set({ finishedAt: new Date(), status: "failed" })
      .where(eq(jobs.id, job?.id ?? ""));
    await expect(caller(exporter).remove(input)).rejects.toThrow("permission");
    await expect(caller(importer).remove({ ...input, projectId: other.projectId })).rejects.toThrow("no such upload");
    expect(await uploads()).toContain(id);
    await caller(importer).remove(input);
    expect(await uploads()).not.toContain(id);
    expect(await db.select().from(dataFiles).where(eq(dataFiles.id, id))).toEqual([]);
    expect(await eventsOf(id)).toEqual(["data.uploaded", "data.removed"]);
  });
});
