import { createReadStream } from "node:fs";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dumpFormatOf } from "@/jobs/archive/dump-format";
import { type Manifest, manifestSchema } from "@/jobs/archive/manifest";
import { connectTenant } from "@/jobs/postgres/connection";
import { restoreInto } from "@/jobs/postgres/pg-restore";
import { feed } from "@/jobs/postgres/spawn";
import { createScratch, dropScratch, scratchName } from "@/jobs/scratch/database";
import { recreateOutside } from "@/jobs/scratch/outside";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { type Backup, backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { unpacked } from "@/jobs/testing/restore";
import { realTool } from "@/jobs/testing/stand-in";
import { adminSql, adminUrlOf } from "@/jobs/testing/tenant";
import { type TortureTenant, tortureTenant } from "@/jobs/testing/torture";
import { givenWorker } from "@/jobs/testing/worker-process";
import { prove } from "@/jobs/verify-backup/proof";

givenControlPlane();
givenWorker();

let tenant: TortureTenant;
const made: string[] = [];
beforeAll(async () => {
  tenant = await tortureTenant();
});
afterAll(() => dropScratch(tenant.connection, made));

async function exported(options: object): Promise<{ backup: Backup; manifest: Manifest }> {
  const id = await startExport(tenant, { fingerprint: true, ...options });
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
  const [backup] = await backupsOf(id);
  if (!backup) throw new Error("no backup");
  return { backup, manifest: manifestSchema.parse(backup.manifest) };
}

/** Restores a backup into a scratch database, `change` it, and proves it. */
async function provenOnceRestored({ backup, manifest }: { backup: Backup; manifest: Manifest }, change?: string) {
  const name = scratchName(backup.jobId, made.length + 1);
  made.push(name);
  const connection = await createScratch(tenant.connection, name, "test:scratch");
  const [live, scratch] = [connectTenant(tenant.connection, "test:live"), connectTenant(connection, "test:scratch")];
  try {
    const missing = await recreateOutside({ live, scratch }, tenant.schema, manifest);
    expect(missing).toEqual([]);
    const dump = createReadStream(await unpacked(backup));
    await restoreInto((tool) => feed(dump, tool), {
      format: dumpFormatOf(backup.format),
      tool: await realTool(backup.format === "sql" ? "psql" : "pg_restore"),
      connection,
      application: "test:restore",
      signal: new AbortController().signal,
    });
    if (change)
      await scratch.begin((tx) =>
        tx.unsafe(`set local search_path = "${tenant.schema.replaceAll('"', '""')}"; ${change}`),
      );
    return await prove(scratch, manifest);
  } finally {
    await Promise.all([live, scratch].map((sql) => sql.end({ timeout: 1 })));
  }
}

const wrong = ({ tables, sequences }: Awaited<ReturnType<typeof prove>>) => [
  ...tables.filter(({ verdict }) => verdict !== "equal").map(({ name, verdict }) => [name, verdict]),
  ...sequences.filter(({ verdict }) => verdict !== "equal").map(({ name, verdict }) => [name, verdict]),
];

describe("a backup that leans on another schema", () => {
  it.each(["custom", "sql", "tar"] as const)("is proven as %s in a database where nothing else was", async (format) => {
    const made = await exported({ format, compression: "none" });
    const proof = await provenOnceRestored(made);
    expect(wrong(proof)).toEqual([]);
    expect(proof.isProven).toBe(true);
    expect(proof.tables).toHaveLength(made.backup.tableCount);
    expect(proof.sequences).toHaveLength(5);
  });

  it.each([
    ["a row that is gone", "delete from empty; delete from events where id = 7", [["events_rest", "rows differ"]]],
    ["a value that changed", "update large set body = body || 'x'", [["large", "content differs"]]],
    ["a table that is gone", "drop table child", [["child", "missing"]]],
    ["a table too many", "create table more ()", [["more", "unexpected"]]],
    ["a sequence elsewhere", "select setval('huge', 5)", [["huge", "differs"]]],
    ["a sequence that was used", "select setval('never_used', 1000)", [["never_used", "differs"]]],
  ])("is not proven with %s", async (_, change, expected) => {
    const proof = await provenOnceRestored(await once(), change);
    expect(wrong(proof)).toEqual(expected);
    expect(proof.isProven).toBe(false);
  });

  it("says which of its tables were only counted", async () => {
    const backup = await exported({ format: "custom", compression: "none", fingerprint: false });
    const proof = await provenOnceRestored(backup);
    expect(new Set(proof.tables.map(({ verdict }) => verdict))).toEqual(new Set(["rows equal"]));
    expect(proof.isProven).toBe(true);
  });
});

let first: Promise<{ backup: Backup; manifest: Manifest }> | undefined;
const once = () => (first ??= exported({ format: "custom", compression: "none" }));

it("a scratch database is gone when it is dropped, whoever is connected to it", async () => {
  const name = scratchName("00000000-0000-4000-8000-000000000000", 1);
  const connection = await createScratch(tenant.connection, name, "test:scratch");
  const guest = connectTenant(connection, "test:guest");
  await guest`select 1`;
  // Somebody whom the tenant's role may not send away, an autovacuum worker for one, leaves by itself.
  const stranger = postgres(adminUrlOf(`postgres://x/${connection.database}`), { max: 1 });
  await stranger`select 1`;
  setTimeout(() => void stranger.end(), 300);
  await dropScratch(tenant.connection, [name, "coffer_scratch_never_was"]);
  expect(await adminSql()`select from pg_database where datname = ${name}`).toHaveLength(0);
  await guest.end({ timeout: 0 });
});
