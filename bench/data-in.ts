import { randomUUID } from "node:crypto";
import { copyFile, mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { isCompleted, type Lab, until } from "@/bench/lab";
import { alternate, shell } from "@/bench/measure";
import { type Row, seconds } from "@/bench/report";
import { db } from "@/db/client";
import { dataFiles } from "@/db/schema";
import { dataFilePath } from "@/jobs/data-file/files";
import { importOptions } from "@/jobs/data-import/options";
import { startImport } from "@/jobs/data-import/start";

const table = "tenant_rows.items";

/** A table with three indexes, and its rows as CSV and as NDJSON. */
async function prepare(lab: Lab, rows: number) {
  await lab.tenants.unsafe(`
    drop schema if exists tenant_rows cascade; create schema tenant_rows;
    create table ${table} (id bigint primary key, customer int not null, name text not null, note text, amount numeric(12, 2) not null check (amount >= 0),
      at timestamptz not null, details jsonb);
    create index on ${table} (customer); create index on ${table} (at);
    insert into ${table} select i, (i % 7919) * 6, md5(i::text), case when i % 3 = 0 then null else repeat('note "' || i || '" ', 3) end,
      (i % 100000) / 7.0, timestamptz '2026-01-01' + i * interval '17 seconds', jsonb_build_object('n', i, 'tags', jsonb_build_array('a', i % 10))
      from generate_series(1, ${rows}) i`);
  const csv = path.join(lab.backupDir, "items.csv");
  const ndjson = path.join(lab.backupDir, "items.ndjson");
  await shell(`psql -qc "copy ${table} to stdout (format csv, header)" > ${csv}`, lab.pgEnv);
  await shell(
    `psql -qc "copy (select row_to_json(t) from ${table} t) to stdout (format csv, quote e'\\x01', delimiter e'\\x02')" > ${ndjson}`,
    lab.pgEnv,
  );
  return { csv, ndjson };
}

/** Imports a file that lies there already, as it does after its upload, until the job is over. */
async function importOnce(lab: Lab, projectId: string, file: string): Promise<void> {
  const id = randomUUID();
  await mkdir(path.dirname(dataFilePath(id)), { recursive: true });
  await copyFile(file, dataFilePath(id));
  const filename = path.basename(file);
  await db.insert(dataFiles).values({ id, projectId, filename, sizeBytes: (await stat(file)).size, sha256: "" });
  const options = importOptions.parse({ fileId: id, table: "items", createBackup: false });
  const origin = { actor: lab.admin, address: null, requestId: null };
  const job = await db.transaction((tx) => startImport(tx, origin, { options, filename, projectId }));
  await until(job.id, isCompleted, 20);
  await rm(dataFilePath(id), { force: true });
}

/** An import, all checks included, against a bare COPY into the same table with its indexes. */
export async function benchImport(lab: Lab, megabytes: number, rounds: number): Promise<Row[]> {
  const rows = megabytes * 1_000;
  const { csv, ndjson } = await prepare(lab, rows);
  const { id: projectId } = await lab.addProject("rows");
  const empty = async () => {
    await lab.tenants.unsafe(`truncate ${table}`);
    await db.execute(sql`checkpoint`).catch(() => {});
  };
  const after = async () => {
    const stages = await lab.tenants<
      { name: string }[]
    >`select nspname as name from pg_namespace where nspname like 'coffer_stage_%'`;
    for (const { name } of stages) await lab.tenants.unsafe(`drop schema ${name} cascade`);
  };
  const times = await alternate(rounds, {
    csv: { before: empty, work: () => importOnce(lab, projectId, csv), after },
    ndjson: { before: empty, work: () => importOnce(lab, projectId, ndjson), after },
    peer: {
      before: empty,
      work: () => shell(`psql -qc "copy ${table} from stdin (format csv, header)" < ${csv}`, lab.pgEnv),
    },
  });
  await db.delete(dataFiles).where(eq(dataFiles.projectId, projectId));
  const row = (format: "csv" | "ndjson", target: Row["target"]): Row => ({
    what: `import ${rows.toLocaleString("en")} rows, ${format}, insert_only, speed against bare \`COPY FROM\` of CSV`,
    ours: seconds(times[format]),
    peer: seconds(times.peer),
    result: times.peer / times[format],
    unit: "",
    target,
  });
  return [row("csv", { atLeast: 0.5 }), row("ndjson", null)];
}
