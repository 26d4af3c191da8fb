import { z } from "zod";
import { noStore, noStoreDoc, pageHeaders, pageHeadersDoc } from "@/server/rest/present/headers";
import {
  jobLocationDoc,
  presentToolJob,
  presentToolJobFull,
  startedJob,
  toolJob,
  toolJobFull,
} from "@/server/rest/present/job";
import { row } from "@/server/rest/row";

const tag = "Tool registry";
const codes = { PROJECT_NOT_FOUND: "TOOL_NOT_FOUND" } as const;

/** The same exports for a registry of tools: a tool is a project, its id the project's uuid. */
export const registryRows = [
  row({
    id: "exportTool",
    tag,
    method: "POST",
    path: "/api/tool-registry/tools/{toolId}/export",
    summary: "Start an export of a tool",
    procedure: "export.startExport",
    casing: "camel",
    rename: { toolId: "projectId" },
    uuids: ["toolId"],
    codes,
    defaults: { format: "package" },
    status: 201,
    optionalBody: true,
    idempotent: true,
    waits: true,
    errors: [
      "PERMISSION_DENIED",
      "TOOL_NOT_FOUND",
      "IDEMPOTENCY_KEY_REUSED",
      "NO_ENCRYPTION_KEY",
      "DESTINATION_NOT_FOUND",
      "MAIL_NOT_CONFIGURED",
    ],
    headers: jobLocationDoc,
    output: toolJob,
    async present({ jobId }, asked) {
      const body = presentToolJob(await startedJob(jobId, asked));
      return { body, headers: { Location: `/api/tool-registry/export-jobs/${jobId}` } };
    },
    example: { body: { format: "custom", description: "before the upgrade" } },
  }),

  row({
    id: "listToolJobs",
    tag,
    method: "GET",
    path: "/api/tool-registry/export-jobs",
    summary: "List the caller's export jobs, newest first; an administrator sees all",
    procedure: "job.list",
    casing: "camel",
    fixed: { kind: "export_backup", direction: undefined },
    status: 200,
    errors: ["PROJECT_NOT_FOUND"],
    headers: pageHeadersDoc("jobs"),
    output: z.array(toolJob),
    async present({ items, nextCursor }, { call, input, url }) {
      const { limit: _, cursor: __, ...filters } = input;
      const { count } = await call("job.totals", filters);
      return {
        body: items.map(presentToolJob),
        headers: pageHeaders(url, count, nextCursor),
      };
    },
  }),

  row({
    id: "getToolJob",
    tag,
    method: "GET",
    path: "/api/tool-registry/export-jobs/{jobId}",
    summary: "Read an export job's full record",
    procedure: "job.getStatus",
    casing: "camel",
    status: 200,
    errors: ["PERMISSION_DENIED", "JOB_NOT_FOUND"],
    headers: noStoreDoc,
    output: toolJobFull,
    present: (job) => ({ body: presentToolJobFull(job), headers: noStore }),
  }),

  row({
    id: "cancelToolJob",
    tag,
    method: "POST",
    path: "/api/tool-registry/export-jobs/{jobId}/cancel",
    summary: "Ask for the end of an export job",
    procedure: "job.cancel",
    casing: "camel",
    status: 200,
    optionalBody: true,
    errors: ["UNAUTHORIZED_CANCELLATION", "JOB_NOT_FOUND", "INVALID_JOB_STATUS"],
    output: z.strictObject({
      message: z.literal("Export job cancelled successfully"),
      jobId: z.uuid(),
      status: z.enum(["cancelling", "cancelled"]),
    }),
    present: (cancelled) => ({
      body: { message: "Export job cancelled successfully" as const, ...cancelled },
    }),
  }),
];
