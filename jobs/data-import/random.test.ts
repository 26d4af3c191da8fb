import { beforeAll, expect, it } from "vitest";
import { conflictRules, importModes, rulesOf } from "@/jobs/data-import/rules";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { checked, dataFile, imported } from "@/jobs/testing/data-import";
import {
  expectedOf,
  type FileRow,
  type ModelTable,
  modelTables,
  type State,
  type Value,
} from "@/jobs/testing/import-model";
import { prng, type Random } from "@/jobs/testing/prng";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();

/** `IMPORT_SEEDS=5000 npx vitest run random` tries more of them, `IMPORT_FIRST_SEED=77 IMPORT_SEEDS=1` one. */
const seeds = Number(process.env.IMPORT_SEEDS ?? 60);
const firstSeed = Number(process.env.IMPORT_FIRST_SEED ?? 1);

let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  await tenant.sql.unsafe(`
    create table ${of("parents")} (id int primary key, code text not null unique, n int check (n >= 0));
    create table ${of("children")} (id int primary key, parent int references ${of("parents")}, boss int references ${of("children")},
      tag text not null default 'd')`);
});

const of = (table: string) => `${quoteIdent(tenant.schema)}.${table}`;

const ids = [1, 2, 3, 4, 5, 6, 7];
const codes = ["a", "b", "c", "d", "e", "f", "g"];

function randomState(random: Random): State {
  const parents = random
    .some(ids, random.below(5))
    .map((id, i) => ({ id, code: codes[i] ?? "", n: random.chance(30) ? null : i }));
  const children: State[string] = [];
  for (const id of random.some(ids, random.below(5))) {
    const parent = random.chance(30) ? null : (random.some(parents, 1)[0]?.id ?? null);
    const boss = random.chance(50) ? null : (random.some(children, 1)[0]?.id ?? null);
    children.push({ id, parent, boss, tag: random.pick(["d", "x"]) });
  }
  return { parents, children };
}

/** Most files are in order; in some, something is broken somewhere. */
function randomRows(random: Random, { name, columns }: ModelTable): FileRow[] {
  const isBroken = random.chance(25);
  const broken = () => isBroken && random.chance(15);
  const given = columns.filter(
    ({ name, otherwise }) => name === "id" || random.chance(otherwise === undefined ? 85 : 60),
  );
  const keys = random.some(ids, random.below(6));
  if (broken() && keys[0] !== undefined) keys.push(keys[0]);
  const used = random.some(codes, keys.length);
  return keys.map((id, i) => {
    const row: FileRow = {};
    for (const column of given) {
      if (name === "children" && column.name !== "id" && random.chance(10)) continue;
      row[column.name] = broken()
        ? random.pick<Value>(column.isNumber ? [null, "bad", -1, 9] : [null, "a", ""])
        : valueFor(random, { column: column.name, id, code: used[i] ?? "g" });
    }
    return row;
  });
}

function valueFor(random: Random, { column, id, code }: { column: string; id: number; code: string }): Value {
  if (column === "id") return id;
  if (column === "code") return code;
  if (column === "tag") return random.pick(["d", "y"]);
  return random.chance(30) ? null : random.below(8);
}

const fileFormats = ["json", "ndjson"] as const;

function fileOf(tables: Record<string, FileRow[]>, format: (typeof fileFormats)[number]): string {
  if (format === "json") return JSON.stringify(tables);
  const lines = Object.entries(tables).flatMap(([table, rows]) => rows.map((row) => JSON.stringify({ table, row })));
  return `${lines.join("\n")}\n`;
}

async function put(state: State): Promise<void> {
  await tenant.sql.begin(async (tx) => {
    await tx.unsafe(`truncate ${of("parents")}, ${of("children")}`);
    for (const { name } of modelTables)
      await tx.unsafe(
        `insert into ${of(name)} select * from json_populate_recordset(null::${of(name)}, $1::text::json)`,
        [JSON.stringify(state[name])],
      );
  });
}

async function stateNow(): Promise<State> {
  const entries = modelTables.map(async ({ name }) => [
    name,
    [...(await tenant.sql.unsafe(`select * from ${of(name)} order by id`))],
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

const sorted = (state: State): State =>
  Object.fromEntries(
    Object.entries(state).map(([name, rows]) => [name, rows.toSorted((a, b) => Number(a.id) - Number(b.id))]),
  );

const chunk = 25;
const chunks = Array.from({ length: Math.ceil(seeds / chunk) }, (_, i) => firstSeed + i * chunk);

it.each(chunks)(
  "files from seed %i on come to what a simple model of an import comes to, or are refused where it refuses them",
  async (from) => {
    for (let seed = from; seed < Math.min(from + chunk, firstSeed + seeds); seed++) await tryOne(seed);
  },
);

async function tryOne(seed: number): Promise<void> {
  const random = prng(seed);
  const before = sorted(randomState(random));
  const importMode = random.pick(importModes);
  const conflictResolution =
    importMode === "insert_only" ? random.pick(["skip", "fail"] as const) : random.pick(conflictRules);
  const format = random.pick(fileFormats);
  const wanted = random.chance(50) ? modelTables : random.some(modelTables, 1);
  const file = Object.fromEntries(wanted.map((table) => [table.name, randomRows(random, table)]));
  const written =
    format === "json" ? file : Object.fromEntries(Object.entries(file).filter(([, rows]) => rows.length > 0));
  if (format === "ndjson" && Object.keys(written).length === 0) return;
  const expected = expectedOf(before, written, rulesOf(importMode, conflictResolution));
  await put(before);
  const fileId = await dataFile(tenant, fileOf(file, format), `rows.${format}`);
  const options = { importMode, conflictResolution };
  const dry = await checked(tenant, fileId, options);
  const unchanged = await stateNow();
  const done = await imported(tenant, fileId, { ...options, dryRunId: dry.jobId });
  const found = { state: await stateNow(), tables: done.report?.tables };
  const told = { seed, options, before, file, expected, dry, done: { ...done, report: undefined }, found };
  const context = JSON.stringify(told, null, 1);
  expect(unchanged, context).toEqual(before);
  if (expected === null || (expected.isTight && done.status === "failed")) {
    expect(done.status, context).toBe("failed");
    expect(done.errorCode, context).toMatch(/^import_(invalid|conflict)$/);
    expect(found.state, context).toEqual(before);
    // Whatever the model knows of is foreseen; what is left to PostgreSQL is none of it.
    if (expected === null) expect(dry.report?.problemCount, context).toBeGreaterThan(0);
    return;
  }
  expect(done, context).toMatchObject({ status: "completed", errorMessage: null });
  expect(found.state, context).toEqual(sorted(expected.state));
  expect(found.tables, context).toEqual(dry.report?.tables);
  const counts = Object.entries(expected.counts).map(([table, counted]) => ({ table, ...counted }));
  expect(
    found.tables?.map(({ table, insert, update, skip, delete: deleted }) => ({
      table,
      insert,
      update,
      skip,
      delete: deleted,
    })),
    context,
  ).toEqual(counts);
}
