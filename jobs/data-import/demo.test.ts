import { describe, expect, it } from "vitest";
import { createDemoTenants, demoTenants } from "@/db/demo/demo-tenants";
import { withExport } from "@/jobs/data/open-export";
import { dataExportOptions, wishOf } from "@/jobs/data/options";
import { readDataSchema } from "@/jobs/data/tables";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { canonicalSettings, fingerprintTables } from "@/jobs/postgres/fingerprint";
import { qualified } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { dataFile, imported } from "@/jobs/testing/data-import";
import { emptyCopy } from "@/jobs/testing/empty-copy";
import { emptyDatabase } from "@/jobs/testing/restore";
import { connectionOf, registerTenant, type Schema, sessions, type Tenant, unique } from "@/jobs/testing/tenant";

givenControlPlane();

/** The large ones have thousands of tables, or millions of rows. */
const patience = 30 * 60_000;

/** `DEMO_TENANTS=acme,globex npx vitest run jobs/data-import/demo` tries the large ones, too. */
const slugs = (process.env.DEMO_TENANTS ?? "lunaria,spaeti-24-7").split(",");
const chosen = demoTenants.filter(({ slug }) => slugs.includes(slug));

async function demo({ slug, schema }: { slug: string; schema: string }): Promise<Tenant> {
  const url = await emptyDatabase();
  await createDemoTenants(sessions(url), { only: [slug] });
  return registerTenant({ schema, url, connection: connectionOf(url), sql: sessions(url) });
}

const emptied = (tenant: Schema) => emptyCopy(tenant, ({ sql }) => createDemoTenants(sql, { only: [] }));

async function exported({ projectId }: Tenant, wish: Record<string, unknown>) {
  const opening = {
    subject: await loadSubject(projectId),
    wish: wishOf(dataExportOptions.parse(wish)),
    application: `coffer:test-${unique()}`,
    signal: new AbortController().signal,
    lockWaitSeconds: 5,
  };
  return withExport(opening, async (opened) => {
    const pieces: Buffer[] = [];
    for await (const piece of opened.pieces()) pieces.push(Buffer.from(piece));
    return { filename: opened.filename, counts: opened.tableCounts, bytes: Buffer.concat(pieces) };
  });
}

async function fingerprintsOf({ sql, schema }: Schema): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  await sql.begin("isolation level repeatable read", async (tx) => {
    await canonicalSettings(tx, schema);
    const { tables } = await readDataSchema(tx, schema);
    await fingerprintTables(tx, { schema, tables: tables.map(({ name }) => name) }, (table, one) => {
      found[table] = one;
    });
  });
  return found;
}

describe.each(chosen)("the demo tenant $slug", (of) => {
  it("comes back row by row from every format, in an empty copy", { timeout: patience }, async () => {
    const tenant = await demo(of);
    const expected = await fingerprintsOf(tenant);
    for (const wish of [{ format: "json", compress: true }, { format: "ndjson" }, { format: "csv" }]) {
      const { bytes, filename } = await exported(tenant, wish);
      const copy = await emptied(tenant);
      // What was there is to be there again, not what triggers would make of it.
      const outcome = await imported(copy, await dataFile(copy, bytes, filename), { triggers: false });
      expect(outcome, JSON.stringify(outcome.report?.groups)).toMatchObject({
        status: "completed",
        errorMessage: null,
      });
      expect(await fingerprintsOf(copy), filename).toEqual(expected);
    }
  });
});

it("one client of lunaria, with everything that belongs to them, can be imported into an empty tenant", async () => {
  const lunaria = demoTenants.find(({ slug }) => slug === "lunaria");
  if (!lunaria) throw new Error("there is no lunaria");
  const tenant = await demo(lunaria);
  const [client] = await tenant.sql.unsafe<{ id: string }[]>(
    `select client_id as id from ${qualified(tenant.schema, "appointments")} group by 1 order by count(*) desc limit 1`,
  );
  const { bytes, counts, filename } = await exported(tenant, { tableName: "clients", ids: [client?.id] });
  expect(Object.keys(counts)).toEqual(
    expect.arrayContaining(["clients", "charts", "appointments", "birth_data", "practitioners"]),
  );
  const copy = await emptied(tenant);
  const outcome = await imported(copy, await dataFile(copy, bytes, filename));
  expect(outcome, JSON.stringify(outcome.report?.groups)).toMatchObject({ status: "completed", errorMessage: null });
  expect(Object.fromEntries(outcome.report?.tables.map(({ table, insert }) => [table, insert]) ?? [])).toEqual(counts);
});
