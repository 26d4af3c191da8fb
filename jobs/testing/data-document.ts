import { beforeAll } from "vitest";
import { jsonDocument } from "@/jobs/data/document";
import { type CopySession, plainSettings } from "@/jobs/data/rows";
import { type DataSchema, type DataTable, readDataSchema } from "@/jobs/data/tables";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { makeSchema, type Schema } from "@/jobs/testing/tenant";

type Given = {
  tenant: Schema;
  /** What there is to know about it. */
  known: DataSchema;
};

const given = {} as Given;

/** A schema with columns of all kinds, odd names and partitions, for all tests of a file. */
export function givenData(): Given {
  beforeAll(async () => {
    const tenant = await makeSchema({ tables: 0 });
    const { sql, schema } = tenant;
    await sql.unsafe(`set search_path = ${quoteIdent(schema)}`);
    await sql.unsafe(`
      create table "odd ""name"", ü" (
        id bigint generated always as identity primary key, "a b" text, amount numeric, raw bytea, doc json, more jsonb,
        tags text[], at timestamptz, day date, ratio float8, twice bigint generated always as (id * 2) stored, unique ("a b"));
      comment on table "odd ""name"", ü" is 'of things';
      insert into "odd ""name"", ü" ("a b", amount, raw, doc, more, tags, at, day, ratio) values
        ('', 12345678901234567890.10, '\\x00ff', E'{"a" :\\n [1,\\r\\n2]}', '{"big": 123456789012345678901234567890}', '{a,NULL,"b,c"}',
          '2026-01-02 03:04:05.678901+02', '0044-03-15 BC', 0.1),
        (null, 'NaN', null, 'null', 'null', '{}', 'infinity', '-infinity', '-Infinity'),
        (E'tab\\t "quote"\\nline\\\\', 0, '', '[]', '"\\u0001"', null, null, null, 1e-300);
      create table parts (id int not null, at date not null, note text, primary key (id, at)) partition by range (at);
      create table parts_1 partition of parts for values from ('2026-01-01') to ('2027-01-01');
      insert into parts select i, date '2026-01-01' + i, 'n' || i % 3 from generate_series(1, 9) i;
      create table points (id int primary key, part int, at date, to_odd bigint references "odd ""name"", ü",
        foreign key (part, at) references parts (id, at));
      create table empty (id int)`);
    given.tenant = tenant;
    given.known = await readDataSchema(sql, schema);
  });
  return given;
}

export const tableOf = (name: string): DataTable => {
  const table = given.known.tables.find((one) => one.name === name);
  if (!table) throw new Error(`no table ${name}`);
  return table;
};

/** The name of a table. */
export const odd = 'odd "name", ü';

/** What is read in a session as exports have it. */
export async function textOf(pieces: (session: CopySession) => AsyncIterable<Buffer>): Promise<string> {
  const found: Buffer[] = [];
  await given.tenant.sql.begin(async (tx) => {
    await tx.unsafe(plainSettings);
    for await (const piece of pieces(tx)) found.push(Buffer.from(piece));
  });
  return Buffer.concat(found).toString();
}

export const documentOf = (names: string[], options = {}) =>
  textOf((sql) =>
    jsonDocument(sql, {
      schema: given.tenant.schema,
      tables: names.map((name) => ({ table: tableOf(name) })),
      ...options,
    }),
  );
