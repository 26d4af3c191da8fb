import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { comparisons } from "@/db/schema";
import { startComparison } from "@/jobs/compare-backups/start";
import { requestCancel } from "@/jobs/lifecycle/cancel";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { type Backup, jobAtEnd, jobWhen } from "@/jobs/testing/export-job";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { tortureTenant } from "@/jobs/testing/torture";
import { backupOf, scratches } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();

async function start(backup: Backup, tables: string[], otherId: string | null = null): Promise<string> {
  const origin = { actor: tester, address: null, requestId: "request-of-a-test" };
  const options = { backupId: backup.id, otherId, tables };
  return (await db.transaction((tx) => startComparison(tx, origin, { backup, options }))).id;
}

async function compare(backup: Backup, tables: string[], otherId: string | null = null) {
  const id = await start(backup, tables, otherId);
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, progressPercentage: 100 });
  expect(await leftovers(id)).toEqual(nothing);
  expect(await scratches(id)).toBe(0);
  const [found] = await db.select().from(comparisons).where(eq(comparisons.jobId, id));
  return found?.tables;
}

describe.each(["custom", "sql", "tar"])("the rows of a backup as %s", (format) => {
  it("are those of the live schema, whatever they hold", async () => {
    const tenant = await tortureTenant();
    const backup = await backupOf(tenant, { format, compression: "gzip" });
    const tables = [
      "people",
      "orders",
      "large",
      "nothing",
      "empty",
      "child",
      "hidden",
      "unlogged",
      'Odd. *?$(id) "name"',
    ];
    const found = await compare(backup, tables);
    expect(found?.map(({ table, added, removed, changed, same }) => [table, added, removed, changed, same])).toEqual(
      [2002, 2002, 1, 1, 0, 1, 3, 10, 1].map((rows, i) => [tables[i], 0, 0, 0, rows]),
    );
    expect(found?.[0]?.key).toEqual(["id"]);
  });
});

describe("the rows that have changed since a backup", () => {
  let tenant: Tenant;
  let before: Backup;
  beforeAll(async () => {
    tenant = await makeTenant({ tables: 2, rows: 100 });
    const schema = quoteIdent(tenant.schema);
    await tenant.sql.unsafe(`create table ${schema}.log (a text, b int); insert into ${schema}.log values ('x', 1), ('x', 1), (null, 2), ('', 2);
      create table ${schema}.pairs (a text, b int, c text, primary key (a, b)); insert into ${schema}.pairs values (E'tab\\t"\\\\', 1, 'x'), ('ü', 2, null)`);
    before = await backupOf(tenant, { format: "custom", compression: "zstd" });
    await tenant.sql.unsafe(`delete from ${schema}.t1 where id in (7, 8); update ${schema}.t1 set body = 'new' where id = 1;
      insert into ${schema}.t1 values (200, 'x'); alter table ${schema}.t1 add more int default 1; drop table ${schema}.t2;
      delete from ${schema}.log where ctid = (select min(ctid) from ${schema}.log); update ${schema}.log set a = 'y' where a = '';
      update ${schema}.pairs set c = ''`);
  });
  const expected = [
    {
      table: "t1",
      key: ["id"],
      columns: ["id", "body"],
      ...{ added: 1, removed: 2, changed: 1, same: 97 },
      first: [
        { key: ["1"], verdict: "changed" },
        { key: ["200"], verdict: "added" },
        { key: ["7"], verdict: "removed" },
        { key: ["8"], verdict: "removed" },
      ],
    },
    { table: "log", key: [], ...{ added: 1, removed: 2, changed: 0, same: 2 } },
    {
      ...{ table: "pairs", key: ["a", "b"], added: 0, removed: 0, changed: 2, same: 0 },
      first: [
        { key: ['tab\t"\\', "1"], verdict: "changed" },
        { key: ["ü", "2"], verdict: "changed" },
      ],
    },
  ];

  it("are counted by key and named, in the live schema and in a later backup", async () => {
    const live = await compare(before, ["t1", "log", "pairs", "t2"]);
    expect(live).toMatchObject([
      ...expected,
      { table: "t2", added: 0, removed: 100, changed: 0, first: { length: 100 } },
    ]);
    expect(live?.[1]?.first).toEqual(
      expect.arrayContaining([
        { key: ["y", "2"], verdict: "added" },
        { key: ["", "2"], verdict: "removed" },
        { key: ["x", "1"], verdict: "removed" },
      ]),
    );
    const after = await backupOf(tenant, { format: "sql" });
    expect(await compare(before, ["t1", "log", "pairs"], after.id)).toMatchObject(expected);
  });

  it("are not compared when somebody cancels, and nothing is left", async () => {
    const large = await makeTenant({ firstRows: 300_000, rowBytes: 200 });
    const backup = await backupOf(large, { format: "custom" });
    const id = await start(backup, ["t1"]);
    await jobWhen(id, (job) => job.currentTable === "t1");
    await db.transaction((tx) => requestCancel(tx, id, tester.id));
    expect(await jobAtEnd(id)).toMatchObject({ status: "cancelled" });
    expect(await leftovers(id)).toEqual(nothing);
    expect(await scratches(id)).toBe(0);
  });
});
