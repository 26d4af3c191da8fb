import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { encryptionKeys } from "@/db/schema";
import type { StoredDump } from "@/jobs/archive/dump-script";
import { openTable, readDefinitions } from "@/jobs/browse/dump";
import { type TableFormat, tableFile } from "@/jobs/browse/table-file";
import { qualified, quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { dumpFile } from "@/jobs/testing/dump-file";
import { addKey } from "@/jobs/testing/encryption-key";
import { testEnv } from "@/jobs/testing/env";
import { contentsOf, emptyDatabase } from "@/jobs/testing/restore";
import { realTool } from "@/jobs/testing/stand-in";
import { makeSchema, sessions, unique } from "@/jobs/testing/tenant";
import { type TortureTenant, tortureTenant } from "@/jobs/testing/torture";

givenControlPlane();
const run = promisify(execFile);

let tenant: TortureTenant;
beforeAll(async () => {
  tenant = await tortureTenant();
  const schema = quoteIdent(tenant.schema);
  await tenant.sql.unsafe(`
    create domain ${schema}.small as int check (value < 100);
    create table ${schema}.typed (i smallint, b boolean, j json, f float8, r real, o oid, d ${schema}.small, dd ${schema}.small[],
      n numeric[], deep int[][], flags bool[], js jsonb[], t text[], box box[], c "char");
    insert into ${schema}.typed values (1, true, '{"a": 1.50,\n "b":"\\\\ \\" ü"}', 'NaN', 1e20, 4000000000, 7, '{1,2}',
      '{1.10,NaN,NULL}', '[0:1][2:2]={{1},{2}}', '{t,f,NULL}', array['{"x": [1]}', 'null', '"a,b"']::jsonb[],
      array['NULL', null, '', 'a,b', '{"q"}', E'tab\\t\\\\', 'é'], '{(1,1),(0,0)}', 'x'); insert into ${schema}.typed default values;
    create table ${schema}."COPY x (a) FROM stdin;" (a text); insert into ${schema}."COPY x (a) FROM stdin;" values (E'\\\\.'), (''), (null);
    create table ${schema}.gaps (a int, b text, c int, d text); insert into ${schema}.gaps values (1, '', 2, 'x'), (1, 'x', 2, ''), (1, 'x', 2, 'y');
    create table ${schema}.of_type of ${schema}.address (primary key (street)); insert into ${schema}.of_type values ('a', null);`);
});

async function fileOf(dump: StoredDump, table: string, format: TableFormat): Promise<string | null> {
  await using open = await openTable(dump, table);
  if (!open) return null;
  const pieces: Buffer[] = [];
  for await (const piece of tableFile(format, open, table)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

/** What the live database says of a table, without generated columns, as a dump. */
async function liveCsv(table: string): Promise<string> {
  const columns = await tenant.sql<{ name: string }[]>`
    select attname as name from pg_attribute where attrelid = ${qualified(tenant.schema, table)}::regclass
      and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`;
  const list = columns.map(({ name }) => quoteIdent(name)).join(", ");
  const from = `select ${list} from only ${qualified(tenant.schema, table)}`;
  const copy = `copy (${from}) to stdout (format csv, header)`;
  const { stdout } = await run(await realTool("psql"), ["-X", "-d", tenant.url, "-c", copy], { maxBuffer: 1e9 });
  return stdout;
}

const tables = async () =>
  (
    await tenant.sql<{ name: string }[]>`
      select relname as name from pg_class c join pg_namespace n on n.oid = relnamespace
      where nspname = ${tenant.schema} and relkind = 'r'`
  ).map(({ name }) => name);

const formats = ["custom", "sql", "tar"] as const;
const compressions = ["gzip", "zstd", "none"] as const;

describe.each(formats)("a table of a backup as %s", (format) => {
  it.each(compressions)(
    "with compression %s has as CSV the rows that COPY gives of the live one",
    async (compression) => {
      const dump = await dumpFile(tenant, { format, compression });
      for (const table of await tables())
        expect([table, await fileOf(dump, table, "csv")]).toEqual([table, await liveCsv(table)]);
      expect(await fileOf(dump, "events", "csv")).toBeNull();
      expect(await fileOf(dump, "there is none", "csv")).toBeNull();
    },
  );

  it("is read with the key that the server keeps, and with no other", async () => {
    const { identity, recipient } = await addKey();
    const dump = await dumpFile(tenant, { format, compression: "gzip", recipients: [recipient] });
    await expect(fileOf(dump, "people", "csv")).rejects.toMatchObject({ code: "WRONG_KEY" });
    await expect(readDefinitions(dump)).rejects.toMatchObject({ code: "WRONG_KEY" });
    await db.update(encryptionKeys).set({ identity }).where(eq(encryptionKeys.recipient, recipient));
    expect(await fileOf(dump, "people", "csv")).toBe(await liveCsv("people"));
    expect((await readDefinitions(dump)).objects.length).toBeGreaterThan(30);
  });

  it("that is damaged says so", async () => {
    const dump = await dumpFile(tenant, { format, compression: "gzip" });
    await writeFile(dump.archive.path, "no gzip");
    await expect(fileOf(dump, "people", "csv")).rejects.toMatchObject({ code: "BACKUP_CORRUPT" });
  });

  it("has right types as JSON", async () => {
    const dump = await dumpFile(tenant, { format, compression: "none" });
    const json = (await fileOf(dump, "typed", "json")) ?? "";
    expect(json).toBe(
      `[\n{"i":1,"b":true,"j":{"a": 1.50,\n "b":"\\\\ \\" ü"},"f":"NaN","r":1e+20,"o":4000000000,"d":7,"dd":[1,2],"n":[1.10,"NaN",null],` +
        `"deep":[[1],[2]],"flags":[true,false,null],"js":[{"x": [1]},null,"a,b"],"t":["NULL",null,"","a,b","{\\"q\\"}","tab\\t\\\\","é"],` +
        `"box":"{(1,1),(0,0)}","c":"x"},\n{${"i,b,j,f,r,o,d,dd,n,deep,flags,js,t,box,c"
          .split(",")
          .map((name) => `"${name}":null`)
          .join(",")}}\n]\n`,
    );
    expect(JSON.parse((await fileOf(dump, "people", "json")) ?? "")).toHaveLength(2002);
    expect(await fileOf(dump, "child", "json")).toBe('[\n{"id":2,"extra":"x"}\n]\n');
    expect(await fileOf(dump, "of_type", "json")).toBe('[\n{"street":"a","city":null}\n]\n');
    expect(await fileOf(dump, "nothing", "json")).toBe("[\n{}\n]\n");
    expect(await fileOf(dump, "empty", "json")).toBe("[]\n");
  });

  it("makes the same table again as SQL, with its indexes and its sequence", async () => {
    const source = await makeSchema({ tables: 0 });
    await source.sql.unsafe(`create table ${source.schema}."a ""b""" (id serial primary key, note text not null default 'x', unique (note));
      insert into ${source.schema}."a ""b""" (note) values ('one'), (E'two\\n\\\\.'); comment on column ${source.schema}."a ""b""".note is 'why';
      create index on ${source.schema}."a ""b""" (lower(note))`);
    const dump = await dumpFile(source, { format, compression: "zstd" });
    const file = path.join(testEnv.folder, unique());
    await writeFile(file, (await fileOf(dump, 'a "b"', "sql")) ?? "");
    const url = await emptyDatabase();
    await run(await realTool("psql"), ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", file]);
    const [made, wanted] = [await contentsOf(url, source.schema), await contentsOf(source.url, source.schema)];
    expect({ ...made, sequences: null }).toEqual({ ...wanted, sequences: null });
    expect(await sessions(url).unsafe(`select id, note from ${source.schema}."a ""b"""`)).toHaveLength(2);
  });
});
