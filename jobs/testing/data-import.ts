import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { eq } from "drizzle-orm";
import type { JobHelpers } from "graphile-worker";
import { db } from "@/db/client";
import { dataFiles, dataImports, type JobKind, jobs } from "@/db/schema";
import { dataFilePath } from "@/jobs/data-file/files";
import { checkImportFile } from "@/jobs/data-import/check-task";
import { checkOptions, importOptions } from "@/jobs/data-import/options";
import { type ImportReport, importReport } from "@/jobs/data-import/report";
import { startCheck, startImport } from "@/jobs/data-import/start";
import { importData } from "@/jobs/data-import/task";
import { type JobHandler, runTask } from "@/jobs/lifecycle/execute";
import { tester } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import type { Tenant } from "@/jobs/testing/tenant";

const origin = { actor: tester, address: null, requestId: "request-of-a-test" };

/** A file of rows, as if somebody had uploaded it for the project. Gives its id. */
export async function dataFile(
  { projectId }: Tenant,
  content: string | Buffer,
  filename = "rows.csv",
): Promise<string> {
  const id = randomUUID();
  await mkdir(testEnv.uploadDir, { recursive: true });
  await writeFile(dataFilePath(id), content);
  await db.insert(dataFiles).values({ id, projectId, filename, sizeBytes: content.length, sha256: "0".repeat(64) });
  return id;
}

type Wanted = Record<string, unknown>;

export type Outcome = {
  jobId: string;
  status: string;
  errorCode: string | null;
  errorMessage: string | null;
  report: ImportReport | null;
};

const handlers: Partial<Record<JobKind, JobHandler>> = { check_import: checkImportFile, import_data: importData };

/** Runs a job in this process, from its claim to its end. */
export async function runHere(jobId: string): Promise<Outcome> {
  const [{ kind } = { kind: undefined }] = await db.select({ kind: jobs.kind }).from(jobs).where(eq(jobs.id, jobId));
  const handler = kind && handlers[kind];
  if (!handler) throw new Error(`nobody runs ${kind} here`);
  await runTask(handler, randomUUID())({ jobId }, { job: { locked_by: null } } as JobHelpers);
  return outcomeOf(jobId);
}

export async function outcomeOf(jobId: string): Promise<Outcome> {
  const [row] = await db
    .select({
      status: jobs.status,
      errorCode: jobs.errorCode,
      errorMessage: jobs.errorMessage,
      report: dataImports.report,
    })
    .from(jobs)
    .leftJoin(dataImports, eq(dataImports.jobId, jobs.id))
    .where(eq(jobs.id, jobId));
  if (!row) throw new Error("there is no such job");
  return { ...row, jobId, report: row.report ? importReport.parse(row.report) : null };
}

export async function startedCheck(tenant: Tenant, fileId: string, options: Wanted = {}): Promise<string> {
  const wanted = { options: checkOptions.parse({ fileId, ...options }), filename: "rows", projectId: tenant.projectId };
  return (await db.transaction((tx) => startCheck(tx, origin, wanted))).id;
}

/** By default without a safety backup. */
export async function startedImport(tenant: Tenant, fileId: string, options: Wanted = {}): Promise<string> {
  const parsed = importOptions.parse({ fileId, createBackup: false, ...options });
  const wanted = { options: parsed, filename: "rows", projectId: tenant.projectId };
  return (await db.transaction((tx) => startImport(tx, origin, wanted))).id;
}

export const checked = async (tenant: Tenant, fileId: string, options?: Wanted): Promise<Outcome> =>
  runHere(await startedCheck(tenant, fileId, options));

export const imported = async (tenant: Tenant, fileId: string, options?: Wanted): Promise<Outcome> =>
  runHere(await startedImport(tenant, fileId, options));
