import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { dataFiles } from "@/db/schema";
import { stagePrefix } from "@/jobs/data-import/names";
import { sweepStages } from "@/jobs/data-import/sweep";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { checked, dataFile, imported } from "@/jobs/testing/data-import";
import { completed, givenEmptyTenants, make } from "@/jobs/testing/import-rows";

givenControlPlane();
const given = givenEmptyTenants();

describe("what is staged", () => {
  const stages = () =>
    given.tenant.sql<
      { name: string; oid: number }[]
    >`select nspname as name, oid::int4 as oid from pg_namespace where starts_with(nspname, 'coffer_stage_') order by 1`;

  it("by a dry run is used by the import, and goes with the file", async () => {
    await make("create table things (id int primary key, name text)");
    const fileId = await dataFile(given.tenant, "id,name\n1,a\n");
    const mine = async () => (await stages()).filter(({ name }) => name.startsWith(stagePrefix(fileId)));
    await checked(given.tenant, fileId, { table: "things" });
    const [staged] = await mine();
    await checked(given.tenant, fileId, { table: "things", importMode: "upsert", conflictResolution: "merge" });
    expect(await mine()).toEqual([staged]);
    // Another way to read it is another stage.
    await checked(given.tenant, fileId, { table: "things", dateOrder: "mdy" });
    expect(await mine()).toHaveLength(2);
    await sweepStages();
    expect(await mine()).toHaveLength(2);
    expect(await imported(given.tenant, fileId, { table: "things" })).toMatchObject(completed);
    expect(await db.select().from(dataFiles).where(eq(dataFiles.id, fileId))).toEqual([]);
    await sweepStages();
    expect(await mine()).toEqual([]);
  });

  it("by another Coffer that has the same database is its own", async () => {
    const foreign = `${stagePrefix(randomUUID())}0123456789`;
    await given.tenant.sql.unsafe(`create schema ${foreign}`);
    await sweepStages();
    expect((await stages()).map(({ name }) => name)).toContain(foreign);
    await given.tenant.sql.unsafe(`drop schema ${foreign}`);
  });

  it("is staged anew once the table has changed", async () => {
    await make("create table things (id int primary key, name varchar(3))");
    const fileId = await dataFile(given.tenant, "id,name\n1,abcd\n");
    expect((await checked(given.tenant, fileId, { table: "things" })).report?.problemCount).toBe(1);
    await make("alter table things alter name type text");
    expect(await imported(given.tenant, fileId, { table: "things" })).toMatchObject(completed);
  });
});
