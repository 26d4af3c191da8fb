import { z } from "zod";
import { copyStatus, destinationKind } from "@/db/schema";
import { jobAnswer, jobLocationDoc, presentStarted } from "@/server/rest/present/job";
import { row } from "@/server/rest/row";

const tag = "Destinations";
const time = z.iso.datetime().nullable();

const record = z
  .strictObject({
    destinationId: z.uuid(),
    destination: z.string(),
    kind: z.enum(destinationKind.enumValues),
    status: z
      .enum([...copyStatus.enumValues, "failed"])
      .meta({ description: "`failed`: its job has given up, and can be started again." }),
    path: z.string(),
    sizeBytes: z.number().int().nullable(),
    problem: z.string().nullable(),
    jobId: z.uuid().nullable(),
    storedAt: time,
    checkedAt: time.meta({ description: "When it was last looked for there." }),
    verifiedAt: time.meta({ description: "When all of its bytes were last read back and found right." }),
  })
  .meta({ id: "BackupCopy" });

const started = {
  tag,
  casing: "snake",
  rename: { id: "backupId" },
  status: 202,
  idempotent: true,
  waits: true,
  headers: jobLocationDoc,
  output: jobAnswer,
} as const;

const errors = ["PERMISSION_DENIED", "BACKUP_NOT_FOUND", "DESTINATION_NOT_FOUND"] as const;

export const copyRows = [
  row({
    id: "listLostCopies",
    tag,
    method: "GET",
    path: "/api/v1/copies/lost",
    summary: "Tell which copies should be at their destinations and are not",
    description:
      "Those that are missing or damaged, or that a job has given up, of the latest backups first: five at most, and how many there are. Those at a destination that does not work count once it does.",
    procedure: "copy.lost",
    casing: "snake",
    status: 200,
    output: z.strictObject({
      total: z.number().int(),
      data: z.array(
        z.strictObject({
          backupId: z.uuid(),
          filename: z.string(),
          project: z.string().meta({ description: "A slug." }),
          destinationId: z.uuid(),
          destination: z.string(),
          status: record.shape.status,
          problem: z.string().nullable(),
          since: z.iso.datetime(),
        }),
      ),
    }),
    present: ({ total, copies }) => ({
      body: {
        total,
        data: copies.map(({ projectSlug, projectName: _, destinationName, since, ...copy }) => ({
          ...copy,
          project: projectSlug,
          destination: destinationName,
          since: since.toISOString(),
        })),
      },
    }),
  }),

  row({
    id: "listCopies",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}/copies",
    summary: "List the copies of a backup at destinations",
    procedure: "copy.list",
    casing: "snake",
    rename: { id: "backupId" },
    status: 200,
    errors: ["BACKUP_NOT_FOUND"],
    output: z.array(record),
    present: (found) => ({
      body: found.map((copy) => ({
        destinationId: copy.destinationId,
        destination: copy.destinationName,
        kind: copy.kind,
        status: copy.status,
        path: copy.name,
        sizeBytes: copy.sizeBytes,
        problem: copy.problem,
        jobId: copy.jobId,
        storedAt: copy.storedAt?.toISOString() ?? null,
        checkedAt: copy.checkedAt?.toISOString() ?? null,
        verifiedAt: copy.verifiedAt?.toISOString() ?? null,
      })),
    }),
  }),

  row({
    ...started,
    id: "copyBackup",
    method: "POST",
    path: "/api/v1/backups/{id}/copies",
    summary: "Copy a backup to a destination, or move it there",
    description:
      "With `move` its file in the backup folder goes once the copy is stored. A copy that is lost, or whose job has given up, is made anew.",
    procedure: "copy.start",
    errors: [...errors, "ALREADY_EXISTS", "IDEMPOTENCY_KEY_REUSED"],
    present: presentStarted,
  }),

  row({
    ...started,
    id: "verifyCopy",
    method: "POST",
    path: "/api/v1/backups/{id}/copies/{destination_id}/verify",
    summary: "Read a copy back and compare it with the backup's sha256",
    description: "The copy's `status` and `verified_at` tell what was found.",
    procedure: "copy.verify",
    optionalBody: true,
    errors: [...errors, "COPY_NOT_FOUND", "IDEMPOTENCY_KEY_REUSED"],
    present: presentStarted,
  }),

  row({
    ...started,
    id: "fetchBackup",
    method: "POST",
    path: "/api/v1/backups/{id}/copies/{destination_id}/fetch",
    summary: "Bring the file of a backup back from a copy",
    description:
      "Into the backup folder, where it stays. Proofs, restores and downloads of a backup that was moved away fetch it by themselves.",
    procedure: "copy.fetch",
    optionalBody: true,
    errors: [...errors, "COPY_NOT_FOUND", "IDEMPOTENCY_KEY_REUSED"],
    present: presentStarted,
  }),

  row({
    id: "createCopyLink",
    tag,
    method: "POST",
    path: "/api/v1/backups/{id}/copies/{destination_id}/link",
    summary: "Make a link that downloads a copy from its destination",
    description: "An address of the destination itself, good until it expires. Null where there is no such thing.",
    procedure: "copy.createLink",
    casing: "snake",
    rename: { id: "backupId" },
    status: 200,
    optionalBody: true,
    errors: ["BACKUP_NOT_FOUND", "COPY_NOT_FOUND", "DESTINATION_FAILED"],
    output: z.strictObject({ url: z.url().nullable(), expiresAt: z.iso.datetime() }),
    present: ({ url, expiresAt }) => ({ body: { url, expiresAt: expiresAt.toISOString() } }),
  }),

  row({
    id: "removeCopy",
    tag,
    method: "DELETE",
    path: "/api/v1/backups/{id}/copies/{destination_id}",
    summary: "Remove a copy of a backup",
    description: "Its file at the destination goes soon after. The last file of a backup stays.",
    procedure: "copy.remove",
    casing: "snake",
    rename: { id: "backupId" },
    status: 204,
    errors: [...errors, "COPY_NOT_FOUND", "BACKUP_IN_USE"],
    output: z.null(),
    present: () => ({ body: null }),
  }),

  row({
    id: "giveUpFile",
    tag,
    method: "POST",
    path: "/api/v1/backups/{id}/give-up-file",
    summary: "Remove the file of a backup from the backup folder",
    description: "Refused unless a copy of it is stored at a destination, and while a job reads the file.",
    procedure: "copy.giveUpHome",
    casing: "snake",
    rename: { id: "backupId" },
    status: 204,
    optionalBody: true,
    errors: ["PERMISSION_DENIED", "BACKUP_NOT_FOUND", "BACKUP_IN_USE"],
    output: z.null(),
    present: () => ({ body: null }),
  }),
];
