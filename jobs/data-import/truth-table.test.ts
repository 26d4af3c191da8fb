import { beforeAll, describe, expect, it } from "vitest";
import { type ConflictRule, type ImportMode, rulesOf } from "@/jobs/data-import/rules";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { checked, dataFile, imported } from "@/jobs/testing/data-import";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();

/** What is there: ids 1, 2 and 3. The file has 2 and 3, one with a NULL, and the new 4. `kept` is a column that the file does not have. */
const live = "(1, 'one', 'x', 'k1'), (2, 'two', 'y', 'k2'), (3, 'three', 'z', 'k3')";
const file = 'id,name,note\n2,TWO,\n3,THREE,"new"\n4,FOUR,\n';

const [one, two, three] = [
  [1, "one", "x", "k1"],
  [2, "two", "y", "k2"],
  [3, "three", "z", "k3"],
];
const four = [4, "FOUR", null, "d"];
const overwritten = [
  [2, "TWO", null, "k2"],
  [3, "THREE", "new", "k3"],
];
const merged = [
  [2, "TWO", "y", "k2"],
  [3, "THREE", "new", "k3"],
];
const before = [one, two, three];

type Cell =
  | { insert?: number; update?: number; skip?: number; delete?: number; rows: unknown[] }
  | "conflict"
  | "refused";
const numbers = (...[insert, update, skip, deleted]: number[]) => ({ insert, update, skip, delete: deleted });

const cells: [ImportMode, ConflictRule, Cell][] = [
  ["insert_only", "skip", { ...numbers(1, 0, 2, 0), rows: [...before, four] }],
  ["insert_only", "overwrite", "refused"],
  ["insert_only", "merge", "refused"],
  ["insert_only", "fail", "conflict"],
  ["update_only", "skip", { ...numbers(0, 0, 3, 0), rows: before }],
  ["update_only", "overwrite", { ...numbers(0, 2, 1, 0), rows: [one, ...overwritten] }],
  ["update_only", "merge", { ...numbers(0, 2, 1, 0), rows: [one, ...merged] }],
  ["update_only", "fail", "conflict"],
  ["upsert", "skip", { ...numbers(1, 0, 2, 0), rows: [...before, four] }],
  ["upsert", "overwrite", { ...numbers(1, 2, 0, 0), rows: [one, ...overwritten, four] }],
  ["upsert", "merge", { ...numbers(1, 2, 0, 0), rows: [one, ...merged, four] }],
  ["upsert", "fail", "conflict"],
  ["replace", "skip", { ...numbers(1, 0, 2, 1), rows: [two, three, four] }],
  ["replace", "overwrite", { ...numbers(1, 2, 0, 1), rows: [...overwritten, four] }],
  ["replace", "merge", { ...numbers(1, 2, 0, 1), rows: [...merged, four] }],
  ["replace", "fail", "conflict"],
];

let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  await tenant.sql.unsafe(
    `create table ${quoteIdent(tenant.schema)}.things (id int primary key, name text, note text, kept text default 'd')`,
  );
});

const table = () => `${quoteIdent(tenant.schema)}.things`;
const rowsNow = async () => [...(await tenant.sql.unsafe(`select * from ${table()} order by id`).values())];

describe.each(cells)("an import with %s and %s", (importMode, conflictResolution, expected) => {
  const options = { table: "things", importMode, conflictResolution };

  it("does what the truth table says, as the dry run said it would", async () => {
    if (expected === "refused") {
      expect(() => rulesOf(importMode, conflictResolution)).toThrow("must be skip or fail");
      return;
    }
    await tenant.sql.unsafe(`truncate ${table()}; insert into ${table()} values ${live}`);
    const fileId = await dataFile(tenant, file);
    const dry = await checked(tenant, fileId, options);
    expect(await rowsNow()).toEqual(before);
    expect(dry.report?.tables).toMatchObject([{ table: "things", rows: 3, conflicts: 2 }]);
    const done = await imported(tenant, fileId, { ...options, dryRunId: dry.jobId });
    expect(done.report?.tables).toEqual(dry.report?.tables);
    if (expected === "conflict") {
      expect(dry.report?.groups).toMatchObject([{ kind: "key_exists", count: 2, rows: "1-2" }]);
      expect(done).toMatchObject({ status: "failed", errorCode: "import_conflict" });
      expect(await rowsNow()).toEqual(before);
      return;
    }
    const { rows, ...counts } = expected;
    expect(dry.report).toMatchObject({ problemCount: 0, tables: [counts] });
    expect(done).toMatchObject({ status: "completed", errorMessage: null });
    expect(await rowsNow()).toEqual(rows);
  });
});
