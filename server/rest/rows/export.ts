import { z } from "zod";
import { noStore, noStoreDoc, pageHeaders, pageHeadersDoc } from "@/server/rest/present/headers";
import {
  jobAnswer,
  jobListRecord,
  jobLocation,
  jobLocationDoc,
  jobRecord,
  listedJob,
  presentJob,
  presentStarted,
} from "@/server/rest/present/job";
import { type Row, row } from "@/server/rest/row";

const tag = "Exports and jobs";
const started = z.strictObject({
  jobId: z.uuid(),
  status: jobRecord.shape.status,
  projectId: z.uuid(),
  createdAt: z.iso.datetime(),
});

/** Why an export may be refused. */
export const exportErrors: Row["errors"] = [
  "PERMISSION_DENIED",
  "PROJECT_NOT_FOUND",
  "IDEMPOTENCY_KEY_REUSED",
  "NO_ENCRYPTION_KEY",
  "DESTINATION_NOT_FOUND",
  "MAIL_NOT_CONFIGURED",
];

export const exportRows = [
  row({
    id: "startExport",
    tag,
    method: "POST",
    path: "/api/backup/export",
    summary: "Start an export",
    description:
      "Dumps the project's schema in the background. The answer comes at once; poll the job for its progress. With `Prefer: wait=N` it comes when the job is over, or after N seconds. A `package` is one tar file with the dump, a script that restores it, a compose file and a README. With `encrypt` the file, in a package the dump in it, is an age v1 file that the secret keys of Coffer's encryption keys open.",
    procedure: "export.startExport",
    casing: "snake",
    status: 202,
    idempotent: true,
    waits: true,
    errors: exportErrors,
    headers: jobLocationDoc,
    output: z.strictObject({ data: started }),
    async present(job, { call, wait }) {
      const waited = await wait(job.jobId);
      const { status } = waited ? await call("job.getStatus", { jobId: job.jobId }) : job;
      const data = { jobId: job.jobId, status, projectId: job.projectId, createdAt: job.createdAt.toISOString() };
      return { body: { data }, headers: jobLocation(job.jobId) };
    },
    example: {
      body: { project_id: "acme", format: "custom", compression: "gzip", encrypt: false, tags: ["before-upgrade"] },
    },
  }),

  row({
    id: "getJob",
    tag,
    method: "GET",
    path: "/api/jobs/{job_id}",
    summary: "Read a job's status and progress",
    procedure: "job.getStatus",
    casing: "snake",
    status: 200,
    errors: ["PERMISSION_DENIED", "JOB_NOT_FOUND"],
    headers: noStoreDoc,
    output: jobAnswer,
    present: (job) => ({ body: { data: presentJob(job) }, headers: noStore }),
  }),

  row({
    id: "listJobs",
    tag,
    method: "GET",
    path: "/api/jobs",
    summary: "List the caller's jobs, newest first; an administrator sees all",
    procedure: "job.list",
    casing: "snake",
    status: 200,
    fixed: { direction: undefined },
    errors: ["PROJECT_NOT_FOUND"],
    headers: pageHeadersDoc("jobs"),
    output: z.strictObject({ data: z.array(jobListRecord), nextCursor: z.string().nullable() }),
    async present({ items, nextCursor }, { call, input, url }) {
      const { limit: _, cursor: __, ...filters } = input;
      const { count } = await call("job.totals", filters);
      return {
        body: { data: items.map(listedJob), nextCursor },
        headers: pageHeaders(url, count, nextCursor),
      };
    },
  }),

  row({
    id: "cancelJob",
    tag,
    method: "POST",
    path: "/api/jobs/{job_id}/cancel",
    summary: "Ask for the end of a job",
    description:
      "`cancelled` when no worker had begun, else `cancelling` until a worker has proved that nothing of it is left: see `cancel_receipt` of the job. Asking twice is the same as asking once.",
    procedure: "job.cancel",
    casing: "snake",
    status: 200,
    optionalBody: true,
    errors: ["UNAUTHORIZED_CANCELLATION", "JOB_NOT_FOUND", "INVALID_JOB_STATUS"],
    output: z.strictObject({ data: z.strictObject({ jobId: z.uuid(), status: z.enum(["cancelling", "cancelled"]) }) }),
    present: (cancelled) => ({ body: { data: cancelled } }),
  }),

  row({
    id: "retryJob",
    tag,
    method: "POST",
    path: "/api/jobs/{job_id}/retry",
    summary: "Start the work of a job that is over again, with the same options",
    description:
      "For exports of backups and of rows, proofs and comparisons. What changes a project is started where it was started, since it has to be confirmed again (409). The answer is the new job.",
    procedure: "job.retry",
    casing: "snake",
    status: 202,
    optionalBody: true,
    idempotent: true,
    waits: true,
    errors: [
      "PERMISSION_DENIED",
      "JOB_NOT_FOUND",
      "INVALID_JOB_STATUS",
      "WRONG_KEY",
      "NO_ENCRYPTION_KEY",
      "IDEMPOTENCY_KEY_REUSED",
    ],
    headers: jobLocationDoc,
    output: jobAnswer,
    present: presentStarted,
  }),
];
