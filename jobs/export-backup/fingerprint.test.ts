import { expect, it } from "vitest";
import { type Manifest, manifestSchema } from "@/jobs/archive/manifest";
import { canonicalSettings, fingerprintTables } from "@/jobs/postgres/fingerprint";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { emptyDatabase, restore } from "@/jobs/testing/restore";
import { lateDump } from "@/jobs/testing/stand-in";
import { makeSchema, registerTenant, sessions, type Tenant } from "@/jobs/testing/tenant";
import { makeShared, tortureTenant } from "@/jobs/testing/torture";
import { startWorkerProcess } from "@/jobs/testing/worker-process";
import { compareTables, type TableRows } from "@/jobs/verify-backup/compare";

givenControlPlane();

async function exported(tenant: Tenant, options: Record<string, unknown>) {
  const id = await startExport(tenant, options);
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
  const [backup] = await backupsOf(id);
  if (!backup) throw new Error("no backup");
  return { backup, manifest: manifestSchema.parse(backup.manifest) };
}

/** What a proof takes from a manifest. */
const expectedOf = ({ tables }: Manifest): TableRows[] =>
  tables.flatMap(({ name, rows, fingerprint }) =>
    rows === null || fingerprint === null ? [] : [{ name, rows, fingerprint }],
  );

async function found(url: string, schema: string, tables: string[]): Promise<TableRows[]> {
  const prints: TableRows[] = [];
  await sessions(url).begin(async (tx) => {
    await canonicalSettings(tx, schema);
    await fingerprintTables(tx, { schema, tables }, (name, print) => prints.push({ name, ...print }));
  });
  return prints;
}

it("every table is fingerprinted in the dump's own snapshot, and has the same fingerprint when it is restored", async () => {
  const tenant = await tortureTenant();
  await using _ = await startWorkerProcess();
  const { backup, manifest } = await exported(tenant, { format: "custom", fingerprint: true });
  const expected = expectedOf(manifest);
  expect(expected).toHaveLength(backup.tableCount);
  const url = await emptyDatabase();
  await makeShared(sessions(url), tenant.shared);
  await restore(backup, url);
  const names = expected.map(({ name }) => name);
  const lines = compareTables(expected, await found(url, tenant.schema, names));
  expect(lines.filter(({ verdict }) => verdict !== "equal")).toEqual([]);
});

it("what changes after the snapshot is neither in the dump nor in the fingerprints, and a sequence says how far it went", async () => {
  const tenant = await registerTenant(await makeSchema({ tables: 0 }));
  await tenant.sql.unsafe(`create table ${tenant.schema}.t (id serial primary key, v text)`);
  await tenant.sql.unsafe(`insert into ${tenant.schema}.t (v) values ('a'), ('b')`);
  const before = await found(tenant.url, tenant.schema, ["t"]);
  const gate = await lateDump();
  await using _ = await startWorkerProcess(gate.env);
  const exporting = exported(tenant, { format: "custom", fingerprint: true });
  await gate.reached();
  await tenant.sql.unsafe(`insert into ${tenant.schema}.t (v) values ('c')`);
  await tenant.sql.unsafe(`update ${tenant.schema}.t set v = 'A' where v = 'a'`);
  await gate.open();
  const { manifest } = await exporting;
  expect(expectedOf(manifest)).toEqual(before);
  expect(manifest.sequences).toEqual([{ name: "t_id_seq", lastValue: "2", isCalled: true, movedTo: "3" }]);
});

it("nobody pays for fingerprints who did not ask for them", async () => {
  const tenant = await registerTenant(await makeSchema());
  await using _ = await startWorkerProcess();
  const { manifest } = await exported(tenant, { format: "sql" });
  expect(manifest.tables.map(({ fingerprint }) => fingerprint)).toEqual([null, null, null]);
});
