import { and, desc, eq, isNotNull } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { backups, databases } from "@/db/schema";
import { exportOptions, exportSteps } from "@/jobs/export-backup/options";
import { startJob } from "@/jobs/lifecycle/start";
import { connectTenant } from "@/jobs/postgres/connection";
import { requireKey } from "@/server/encryption-key";
import { requireMail } from "@/server/notification-channel";
import { noteOnRequest } from "@/server/request-log";
import { requireDestinations } from "@/server/require-destinations";
import { idempotencyKey, projectProcedure, projectRef, router } from "@/server/trpc";

export const exportRouter = router({
  /** Starts the dump of a project's schema. The answer comes at once; `job.getStatus` tells the rest. */
  startExport: projectProcedure("export")
    .meta({ scope: "export", limit: "export" })
    .input(exportOptions.extend({ projectId: projectRef, idempotencyKey }))
    .mutation(({ ctx, input: { projectId: _, idempotencyKey, ...options } }) => {
      if (options.notifyEmail) requireMail();
      return db.transaction(async (tx) => {
        const job = await startJob(tx, ctx.origin, {
          kind: "export_backup",
          projectId: ctx.project.id,
          options,
          steps: exportSteps(options),
          idempotencyKey,
        });
        noteOnRequest({ jobId: job.id });
        if (job.isNew) {
          if (options.encrypt) await requireKey(tx);
          if (options.destinations) await requireDestinations(tx, options.destinations);
          await recordAudit(tx, ctx.origin, {
            action: "export.started",
            subject: { kind: "job", id: job.id },
            projectId: ctx.project.id,
            details: options,
          });
        }
        return { jobId: job.id, status: job.status, projectId: ctx.project.id, createdAt: job.createdAt };
      });
    }),

  /** What an export will be like: the schema's size now, and what the last backup took. */
  estimate: projectProcedure("export").query(async ({ ctx }) => {
    const [last] = await db
      .select({
        sizeBytes: backups.sizeBytes,
        originalBytes: backups.originalBytes,
        format: backups.format,
        compression: backups.compression,
        durationMs: backups.durationMs,
      })
      .from(backups)
      .where(and(eq(backups.projectId, ctx.project.id), isNotNull(backups.sha256)))
      .orderBy(desc(backups.createdAt))
      .limit(1);
    return { last: last ?? null, schema: await schemaSize(ctx.project) };
  }),
});

/** Null when the server cannot be reached: the dialog opens all the same. */
async function schemaSize(project: { databaseId: string; schemaName: string }) {
  const [database] = await db
    .select({ connection: databases.connection })
    .from(databases)
    .where(eq(databases.id, project.databaseId));
  if (!database) return null;
  const sql = connectTenant(database.connection, "coffer:estimate");
  try {
    const [row] = await sql<{ bytes: number; tables: number }[]>`
      select coalesce(sum(pg_table_size(c.oid)), 0)::float8 as bytes, count(*)::int as tables
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = ${project.schemaName} and c.relkind = 'r'`;
    return row ?? null;
  } catch {
    return null;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
