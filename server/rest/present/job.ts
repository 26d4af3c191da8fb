import { z } from "zod";
import { dbEnv } from "@/db/env";
import { AppError } from "@/db/errors";
import { jobKind, jobStatus } from "@/db/schema";
import type { Asked, OutputOf } from "@/server/rest/row";

const time = z.iso.datetime().meta({ example: "2026-01-29T15:30:00.000Z" });
const count = z.number().int().min(0);

/** One job, as answers show it. */
export const jobRecord = z
  .strictObject({
    jobId: z.uuid(),
    kind: z.enum(jobKind.enumValues),
    projectId: z.uuid().nullable().meta({ description: "Null until a restored dump has its project." }),
    userId: z.uuid().nullable().meta({ description: "Who started it; null when the account is gone." }),
    status: z.enum(jobStatus.enumValues),
    progressPercentage: z.number().min(0).max(100).meta({ description: "Never goes back within an attempt." }),
    stepsCompleted: count,
    stepsTotal: count,
    currentStep: z.string().nullable().meta({ example: "Dumping orders (4 of 12)" }),
    bytesDone: count,
    rowsDone: count,
    tablesDone: count,
    tablesTotal: count,
    currentTable: z.string().nullable(),
    etaSeconds: count.nullable().meta({ description: "An estimate of the time left." }),
    attempts: count,
    maxAttempts: count,
    backupId: z.uuid().nullable().meta({ description: "The backup that the job has made." }),
    downloadUrl: z.url().nullable().meta({ description: "Needs the same authorization as this request." }),
    packageSizeBytes: count.nullable(),
    errorCode: z.string().nullable(),
    errorMessage: z.string().nullable(),
    cancelReceipt: z
      .strictObject({
        askedAt: time,
        processEndedAt: time.nullable(),
        backendEndedAt: time.nullable(),
        filesRemovedAt: time.nullable(),
      })
      .nullable()
      .meta({ description: "When each part of a cancelled job was seen to be gone." }),
    createdAt: time,
    updatedAt: time,
    startedAt: time.nullable(),
    completedAt: time.nullable().meta({ description: "When it was over, however it ended." }),
  })
  .meta({ id: "Job" });

type Status = OutputOf<"job.getStatus">;

export const downloadUrl = (backupId: string) => `${dbEnv().PUBLIC_URL}/api/v1/backups/${backupId}/download`;

/** Where the file of an export of rows is. */
export const exportedUrl = (jobId: string) => `${dbEnv().PUBLIC_URL}/api/v1/exports/${jobId}/download`;

const iso = (date: Date | null) => date?.toISOString() ?? null;

export const presentJob = (job: Status): z.input<typeof jobRecord> => ({
  ...listedJob(job),
  backupId: job.backupId,
  downloadUrl: downloadOf(job),
  packageSizeBytes: job.sizeBytes,
});

function downloadOf({ id, kind, status, backupId }: Status): string | null {
  if (kind === "export_data" && status === "completed") return exportedUrl(id);
  return backupId ? downloadUrl(backupId) : null;
}

/** The answer of a row that starts a job and has nothing else to give. */
export const jobAnswer = z.strictObject({ data: jobRecord });

export const jobLocationDoc = { Location: "The address of the job." };

/** Beside the answer with what a job has made. `when`: why there is none yet, or never. */
export const jobInstead = (when: string) => [{ status: 202, description: when, output: jobAnswer }];

/** A job that was just started; at its end if the caller waits for that. */
export async function startedJob(jobId: string, { call, wait }: Asked): Promise<Status> {
  await wait(jobId);
  return call("job.getStatus", { jobId });
}

export const jobLocation = (jobId: string) => ({ Location: `/api/jobs/${jobId}` });

export const answerWith = (job: Status) => ({ body: { data: presentJob(job) }, headers: jobLocation(job.id) });

/** `present` of a row whose output is `jobAnswer`. */
export const presentStarted = async ({ jobId }: { jobId: string }, asked: Asked) =>
  answerWith(await startedJob(jobId, asked));

type Listed = OutputOf<"job.list">["items"][number];

/** One job of a list, which knows nothing of its backup. */
export const jobListRecord = jobRecord
  .omit({ backupId: true, downloadUrl: true, packageSizeBytes: true })
  .meta({ id: "JobListItem" });

export const listedJob = (job: Omit<Listed, "backupId">): z.input<typeof jobListRecord> => ({
  jobId: job.id,
  kind: job.kind,
  projectId: job.projectId,
  userId: job.userId,
  status: job.status,
  progressPercentage: job.progressPercentage,
  stepsCompleted: job.stepsCompleted,
  stepsTotal: job.stepsTotal,
  currentStep: job.currentStep,
  bytesDone: job.bytesDone,
  rowsDone: job.rowsDone,
  tablesDone: job.tablesDone,
  tablesTotal: job.tablesTotal,
  currentTable: job.currentTable,
  etaSeconds: job.etaSeconds,
  attempts: job.attempts,
  maxAttempts: job.maxAttempts,
  errorCode: job.errorCode,
  errorMessage: job.errorMessage,
  cancelReceipt: job.cancelReceipt,
  createdAt: job.createdAt.toISOString(),
  updatedAt: job.updatedAt.toISOString(),
  startedAt: iso(job.startedAt),
  completedAt: iso(job.finishedAt),
});

/** The record that a registry of tools keeps of a job. */
export const toolJob = z
  .strictObject({
    jobId: z.uuid(),
    toolId: z.uuid().meta({ description: "The project's id." }),
    userId: z.uuid().nullable(),
    status: z.enum(jobStatus.enumValues),
    stepsCompleted: count,
    stepsTotal: count,
    currentStep: z.string().nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "ToolJob" });

export const toolJobFull = z
  .strictObject({
    ...toolJob.shape,
    progressPercentage: z.number().min(0).max(100),
    packagePath: z.string().nullable().meta({ description: "Below the folder of backups." }),
    packageSizeBytes: count.nullable(),
    errorMessage: z.string().nullable(),
    startedAt: time.nullable(),
    completedAt: time.nullable(),
  })
  .meta({ id: "ToolJobFull" });

function toolOf({ projectId }: Pick<Listed, "projectId">): string {
  if (projectId === null) throw new AppError("JOB_NOT_FOUND", "This job is not about a tool yet.");
  return projectId;
}

export const presentToolJob = (job: Omit<Listed, "backupId">): z.input<typeof toolJob> => ({
  jobId: job.id,
  toolId: toolOf(job),
  userId: job.userId,
  status: job.status,
  stepsCompleted: job.stepsCompleted,
  stepsTotal: job.stepsTotal,
  currentStep: job.currentStep,
  createdAt: job.createdAt.toISOString(),
  updatedAt: job.updatedAt.toISOString(),
});

export const presentToolJobFull = (job: Status): z.input<typeof toolJobFull> => ({
  ...presentToolJob(job),
  progressPercentage: job.progressPercentage,
  packagePath: job.storagePath,
  packageSizeBytes: job.sizeBytes,
  errorMessage: job.errorMessage,
  startedAt: iso(job.startedAt),
  completedAt: iso(job.finishedAt),
});
