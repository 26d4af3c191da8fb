import { expect, it } from "vitest";
import { qualified, quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { restored } from "@/jobs/testing/restoration";
import { contentsOf } from "@/jobs/testing/restore";
import { makeTenant, sessions } from "@/jobs/testing/tenant";
import { backupOf } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();

const large = ['odd "name", (1) äß', "parts_1"];

it("large tables come back with rows that need no more work, and known to the planner whatever is made of them later", async () => {
  const tenant = await makeTenant();
  const { schema, url } = tenant;
  const sql = sessions(url);
  const odd = qualified(schema, large[0] ?? "");
  const row = "i, repeat(md5(i::text), 10), i % 7";
  await sql.unsafe(`set search_path = ${quoteIdent(schema)}`);
  await sql.unsafe(`
    create table ${odd} (id int primary key, note text, a int);
    insert into ${odd} select ${row} from generate_series(1, 20000) i;
    create index on ${odd} (upper(left(note, 5)));
    create statistics ${quoteIdent(schema)}.both on id, a from ${odd};
    create table parts (id int, note text, a int) partition by range (id);
    create table parts_1 partition of parts for values from (0) to (50000);
    insert into parts select ${row} from generate_series(1, 20000) i;
    create table points (id int references ${odd});
    insert into points values (1)`);
  const before = await contentsOf(url, schema);
  await restored(await backupOf(tenant, { format: "custom", compression: "gzip" }), tenant);
  expect(await contentsOf(url, schema)).toEqual(before);

  const classes = await sql<{ name: string; isFrozen: boolean }[]>`
    select relname as name, relallvisible = relpages and relpages > 0 as "isFrozen" from pg_class
    where relnamespace = ${schema}::regnamespace and relkind = 'r'`;
  for (const name of large) expect(classes).toContainEqual({ name, isFrozen: true });
  const known = await sql<
    { name: string }[]
  >`select distinct tablename as name from pg_stats where schemaname = ${schema}`;
  const names = known.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...large, "points"]));
  expect(names.some((name) => name.endsWith("_idx"))).toBe(true);
  expect(await sql`select from pg_stats_ext where schemaname = ${schema} and n_distinct is not null`).toHaveLength(1);
});
