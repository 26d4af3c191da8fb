import { randomUUID } from "node:crypto";
import { mkdir, rename } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { isCompleted, type Lab, memoryOf, until } from "@/bench/lab";
import type { Row } from "@/bench/report";
import { db } from "@/db/client";
import { dataExports, dataFiles } from "@/db/schema";
import { dataExportOptions } from "@/jobs/data/options";
import { dataFilePath } from "@/jobs/data-file/files";
import { importOptions } from "@/jobs/data-import/options";
import { startImport } from "@/jobs/data-import/start";
import { exportPath } from "@/jobs/export-data/files";
import { startDataExport } from "@/jobs/export-data/start";

type Project = { id: string; schemaName: string };

const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

/** The most memory a fresh worker takes for a job of this project. */
async function peakOf(lab: Lab, start: () => Promise<{ id: string }>) {
  const worker = await lab.start("worker");
  const { id } = await start();
  await until(id, isCompleted, 200);
  const bytes = await memoryOf(worker.pid ?? 0, "VmHWM");
  await lab.stop(worker);
  return { id, bytes };
}

/** All rows of a tenant out into a file, and from that back into its tables, which are empty by then. */
async function outAndIn(lab: Lab, { id: projectId, schemaName }: Project) {
  const origin = { actor: lab.admin, address: null, requestId: null };
  const wanted = { projectId, options: dataExportOptions.parse({ format: "ndjson" }), told: {} };
  const out = await peakOf(lab, () => db.transaction((tx) => startDataExport(tx, origin, wanted)));
  const [made] = await db.select().from(dataExports).where(eq(dataExports.jobId, out.id));
  if (!made) throw new Error("no file of rows");
  const fileId = randomUUID();
  await mkdir(path.dirname(dataFilePath(fileId)), { recursive: true });
  await rename(exportPath(out.id), dataFilePath(fileId));
  const { filename, sizeBytes, sha256 } = made;
  await db.insert(dataFiles).values({ id: fileId, projectId, filename, sizeBytes, sha256 });
  const tables = Object.keys(made.tableCounts).map((name) => `${schemaName}.${name}`);
  await lab.tenants.unsafe(`truncate ${tables.join(", ")}`);
  const options = importOptions.parse({ fileId, createBackup: false });
  const back = await peakOf(lab, () =>
    db.transaction((tx) => startImport(tx, origin, { options, filename, projectId })),
  );
  return { sizeBytes, out: out.bytes, in: back.bytes };
}

/** The most memory that rows of a 1 GB and of a 5 GB tenant take on their way out and in. */
export async function benchRowsMemory(lab: Lab, small: Project, large: Project): Promise<Row[]> {
  const one = await outAndIn(lab, small);
  const five = await outAndIn(lab, large);
  return (["out", "in"] as const).map((way) => ({
    what: `worker's peak memory, rows ${way}, a file of ${mb(five.sizeBytes)} against ${mb(one.sizeBytes)}`,
    ours: mb(five[way]),
    peer: mb(one[way]),
    result: five[way] / one[way],
    unit: "",
    target: { atMost: 1.25 },
  }));
}
