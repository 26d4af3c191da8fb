import { z } from "zod";
import { row } from "@/server/rest/row";

const tag = "Backups";
const count = z.number().int().min(0);
const verdict = z.strictObject({ id: z.uuid(), reasons: z.array(z.string()) });
const figures = {
  count: count.meta({ description: "Backups that are kept." }),
  bytes: count,
  completed: count,
  failed: count,
  successRate: z.number().min(0).max(1),
  meanSeconds: z.number().nullable(),
};

type Figures = { count: number; bytes: number; completed: number; failed: number; meanSeconds: number | null };

const withRate = ({ count, bytes, completed, failed, meanSeconds }: Figures) => ({
  count,
  bytes,
  completed,
  failed,
  successRate: completed / Math.max(1, completed + failed),
  meanSeconds,
});

export const retentionRows = [
  row({
    id: "cleanUpBackups",
    tag,
    method: "POST",
    path: "/api/v1/backups/cleanup",
    summary: "Remove the backups that a policy gives up, or only tell which",
    description:
      "A backup stays when any rule keeps it; its days, weeks (from Monday) and months are those of `time_zone`. What is pinned, what a job reads or somebody has begun to download within the life of a download link, and each project's newest, last good, last proven and last restored backup always stay, and, while a destination does not work, the last whose file can be had without it; one that holds far less than those before it is the last good one only where there is no other. With the `plan_id` of a dry run it removes what that has shown, or answers 409. Without a project it is for administrators.",
    procedure: "cleanup.run",
    casing: "snake",
    status: 200,
    errors: ["PERMISSION_DENIED", "PROJECT_NOT_FOUND", "PLAN_CHANGED"],
    output: z.strictObject({
      success: z.literal(true),
      message: z.string(),
      planId: z
        .string()
        .meta({ description: "Names what the policy removes. Send it back to remove just that or nothing." }),
      deletedCount: count,
      freedSpace: count.meta({ description: "Bytes." }),
      deletedBackupIds: z.array(z.uuid()),
      deleted: z.array(verdict),
      kept: z.array(verdict),
    }),
    present({ planId, deletedIds, freedBytes, deleted, kept }, { input }) {
      const plain = ({ id, reasons }: { id: string; reasons: string[] }) => ({ id, reasons });
      const what = `${deletedIds.length} ${deletedIds.length === 1 ? "backup" : "backups"}`;
      return {
        body: {
          success: true as const,
          message: input.dryRun === true ? `${what} would be deleted.` : `${what} deleted.`,
          planId,
          deletedCount: deletedIds.length,
          freedSpace: freedBytes,
          deletedBackupIds: deletedIds,
          deleted: deleted.map(plain),
          kept: kept.map(plain),
        },
      };
    },
    example: { body: { project_id: "acme", keep_count: 7, keep_monthly: 12, dry_run: true } },
  }),

  row({
    id: "readBackupStatus",
    tag,
    method: "GET",
    path: "/api/v1/backups/status",
    summary: "How it stands with backups",
    procedure: "stats.status",
    casing: "snake",
    status: 200,
    errors: ["PROJECT_NOT_FOUND"],
    output: z.strictObject({
      enabled: z.literal(true),
      lastBackup: z.iso.datetime().nullable(),
      nextScheduled: z.iso.datetime().nullable(),
      storagePath: z.string().nullable().meta({ description: "For administrators." }),
      storageUsed: count.meta({ description: "Bytes." }),
      backupCount: count,
      verifiedCount: count,
      failedCount: count.meta({ description: "Backups of which no whole file is left, here or at a destination." }),
    }),
    present: (status) => ({
      body: {
        enabled: status.enabled,
        lastBackup: status.lastBackupAt?.toISOString() ?? null,
        nextScheduled: status.nextScheduledAt?.toISOString() ?? null,
        storagePath: status.storagePath,
        storageUsed: status.storageBytes,
        backupCount: status.backupCount,
        verifiedCount: status.verifiedCount,
        failedCount: status.brokenCount,
      },
    }),
  }),

  row({
    id: "readBackupStats",
    tag,
    method: "GET",
    path: "/api/v1/backups/stats",
    summary: "Exports and backups per day and per project",
    procedure: "stats.figures",
    casing: "snake",
    status: 200,
    errors: ["PROJECT_NOT_FOUND"],
    output: z.strictObject({
      perDay: z.array(z.strictObject({ day: z.iso.date(), ...figures })),
      perProject: z.array(z.strictObject({ projectId: z.uuid(), slug: z.string(), ...figures })),
    }),
    present: ({ perDay, perProject }) => ({
      body: {
        perDay: perDay.map(({ day, ...rest }) => ({ day, ...withRate(rest) })),
        perProject: perProject.map(({ projectId, slug, name: _, ...rest }) => ({ projectId, slug, ...withRate(rest) })),
      },
    }),
  }),
];
