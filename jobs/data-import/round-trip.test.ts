import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ZipFile } from "yazl";
import { csvFile, jsonDocument, jsonLines } from "@/jobs/data/document";
import { plainSettings } from "@/jobs/data/rows";
import { readDataSchema } from "@/jobs/data/tables";
import { canonicalSettings, fingerprintTables } from "@/jobs/postgres/fingerprint";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { dataFile, imported } from "@/jobs/testing/data-import";
import { emptyCopy } from "@/jobs/testing/empty-copy";
import type { Schema } from "@/jobs/testing/tenant";
import { makeShared, tortureTenant } from "@/jobs/testing/torture";

givenControlPlane();

type Format = "json" | "ndjson" | "csv";

/** All rows of a schema as a file, as an export writes them. */
async function exported({ sql, schema }: Schema, format: Format): Promise<Buffer> {
  return sql.begin("isolation level repeatable read", async (tx) => {
    await tx.unsafe(plainSettings);
    const known = await readDataSchema(tx, schema);
    // A line of CSV needs a column.
    const tables = known.tables
      .filter(({ columns }) => format !== "csv" || columns.length > 0)
      .map((table) => ({ table }));
    if (format === "json")
      return gathered(jsonDocument(tx, { schema, tables, pretty: true, metadata: { project: "x" } }));
    if (format === "ndjson") return gathered(jsonLines(tx, { schema, tables }));
    const zip = new ZipFile();
    for (const wanted of tables)
      zip.addBuffer(await gathered(csvFile(tx, { schema, wanted, delimiter: ";" })), `${wanted.table.name}.csv`);
    zip.end();
    return gathered(zip.outputStream);
  });
}

async function gathered(pieces: AsyncIterable<Buffer | string>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(Buffer.from(piece));
  return Buffer.concat(all);
}

async function fingerprintsOf({ sql, schema }: Schema): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  await sql.begin("isolation level repeatable read", async (tx) => {
    await canonicalSettings(tx, schema);
    const { tables } = await readDataSchema(tx, schema);
    await fingerprintTables(
      tx,
      { schema, tables: tables.map(({ name }) => name) },
      (table, one) => (found[table] = one),
    );
  });
  return found;
}

describe.each<[Format, boolean]>([
  ["json", false],
  ["ndjson", true],
  ["csv", false],
])("a tenant with everything, exported as %s, gzip: %s", (format, isGzipped) => {
  it("is the same in an empty copy once it is imported there", async () => {
    const tenant = await tortureTenant();
    const copy = await emptyCopy(tenant, ({ sql }) => makeShared(sql, tenant.shared));
    const file = await exported(tenant, format);
    const fileId = await dataFile(copy, isGzipped ? gzipSync(file) : file, `rows.${format}`);
    const outcome = await imported(copy, fileId, { triggers: format !== "json" });
    expect(outcome, JSON.stringify(outcome.report?.groups)).toMatchObject({ status: "completed", errorMessage: null });
    const expected = await fingerprintsOf(tenant);
    if (format === "csv") delete expected.nothing;
    const found = await fingerprintsOf(copy);
    if (format === "csv") delete found.nothing;
    expect(found).toEqual(expected);
    // The next row gets a number that no row has.
    await copy.sql.unsafe(`insert into "${copy.schema.replaceAll('"', '""')}".people (email) values ('next@')`);
  });
});
