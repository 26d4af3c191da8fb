import { z } from "zod";
import { dbEnv } from "@/db/env";
import { backupRecord, presentBackup, presentDetails } from "@/server/rest/present/backup";
import { binary } from "@/server/rest/present/file";
import { pageHeaders, pageHeadersDoc } from "@/server/rest/present/headers";
import { answerWith, jobInstead, startedJob } from "@/server/rest/present/job";
import { row, type Stream } from "@/server/rest/row";
import { exportErrors } from "@/server/rest/rows/export";
import { keyFields } from "@/server/supplied-keys";

const tag = "Backups";

export const backupRows = [
  row({
    id: "createBackup",
    tag,
    method: "POST",
    path: "/api/v1/backups/create",
    summary: "Make a backup",
    description:
      "With `Prefer: wait=N` the answer is 201 and the backup when it is made within N seconds. Otherwise, and without the header, it is 202 and the job.",
    procedure: "export.startExport",
    casing: "snake",
    defaults: { format: "custom" },
    status: 201,
    idempotent: true,
    waits: true,
    errors: exportErrors,
    headers: { Location: "The address of the backup, or of the job." },
    output: backupRecord,
    otherwise: jobInstead("Still running, or over without a backup."),
    async present({ jobId }, asked) {
      const job = await startedJob(jobId, asked);
      if (!job.backupId) return { status: 202, ...answerWith(job) };
      const body = presentDetails(await asked.call("backup.get", { backupId: job.backupId }));
      return { body, headers: { Location: `/api/v1/backups/${job.backupId}` } };
    },
    example: { body: { project_id: "acme", description: "before the upgrade", tags: ["upgrade"] } },
  }),

  row({
    id: "listBackups",
    tag,
    method: "GET",
    path: "/api/v1/backups/list",
    summary: "List backups, newest first",
    procedure: "backup.listBackups",
    casing: "snake",
    fixed: { direction: undefined, withTables: true },
    status: 200,
    errors: ["PROJECT_NOT_FOUND"],
    headers: pageHeadersDoc("backups"),
    output: z.array(backupRecord),
    async present({ items, nextCursor }, { call, input, url }) {
      const { limit: _, cursor: __, offset: ___, oldestFirst: ____, withTables: _____, ...filters } = input;
      const { count } = await call("backup.totals", filters);
      return {
        body: items.map((each) => presentBackup(each)),
        headers: pageHeaders(url, count, nextCursor),
      };
    },
  }),

  row({
    id: "getBackup",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}",
    summary: "Read what is known of a backup",
    procedure: "backup.get",
    casing: "snake",
    rename: { id: "backupId" },
    status: 200,
    errors: ["BACKUP_NOT_FOUND"],
    output: backupRecord,
    present: (backup) => ({ body: presentDetails(backup) }),
  }),

  row({
    id: "createDownloadLink",
    tag,
    method: "POST",
    path: "/api/v1/backups/{id}/link",
    summary: "Make a link that downloads the file until it expires",
    procedure: "backup.createLink",
    casing: "snake",
    rename: { id: "backupId" },
    status: 200,
    optionalBody: true,
    errors: ["BACKUP_NOT_FOUND"],
    output: z.strictObject({ url: z.url(), expiresAt: z.iso.datetime(), filename: z.string() }),
    present: ({ path, expiresAt, filename }) => ({
      body: { url: dbEnv().PUBLIC_URL + path, expiresAt: expiresAt.toISOString(), filename },
      headers: { "Cache-Control": "no-store" },
    }),
  }),

  row({
    id: "deleteBackup",
    tag,
    method: "DELETE",
    path: "/api/v1/backups/{id}",
    summary: "Delete a backup and its file",
    procedure: "backup.remove",
    casing: "snake",
    rename: { id: "backupId" },
    status: 204,
    errors: ["PERMISSION_DENIED", "BACKUP_NOT_FOUND", "BACKUP_IN_USE"],
    output: z.null(),
    present: () => ({ body: null }),
  }),
];

const file = {
  "application/gzip": binary,
  "application/zstd": binary,
  "application/x-tar": binary,
  "application/octet-stream": binary,
};

export const backupStreams: Stream[] = [
  {
    id: "downloadBackup",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}/download",
    summary: "Download the file",
    description:
      "With a token, or with the parameters of a signed link. Ranges, `If-Range` and `If-None-Match` work; `HEAD` too.",
    status: 200,
    errors: ["PERMISSION_DENIED", "BACKUP_NOT_FOUND", "LINK_EXPIRED", "BACKUP_CORRUPT", "RANGE_NOT_SATISFIABLE"],
    parameters: {
      path: z.object({ id: z.uuid() }),
      query: z.object({
        user: z.uuid().optional().meta({ description: "Of a signed link." }),
        expires: z.string().optional().meta({ description: "Of a signed link." }),
        signature: z.string().optional().meta({ description: "Of a signed link." }),
      }),
      header: z.object({ Range: z.string().optional().meta({ example: "bytes=0-1023" }) }),
    },
    content: file,
    otherwise: [
      { status: 206, description: "A part of the file." },
      { status: 304, description: "The caller has this file already." },
    ],
    headers: { ETag: "The file's sha256.", "Accept-Ranges": "bytes", "Content-Disposition": "The file's name." },
  },
  {
    id: "downloadDecryptedBackup",
    tag,
    method: "POST",
    path: "/api/v1/backups/{id}/decrypted",
    summary: "Download the file of an encrypted backup without its encryption",
    description:
      "With the key that comes along, which is used for this alone, or with one that Coffer keeps. Needs the permission to restore; each download is in the audit. What breaks off before its `Content-Length` is damaged.",
    status: 200,
    errors: [
      "PERMISSION_DENIED",
      "BACKUP_NOT_FOUND",
      "WRONG_KEY",
      "BACKUP_CORRUPT",
      "PAYLOAD_TOO_LARGE",
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    parameters: { path: z.object({ id: z.uuid() }) },
    body: z.strictObject(keyFields),
    content: file,
    headers: { "Content-Disposition": "The file's name, without `.age`." },
  },
];
