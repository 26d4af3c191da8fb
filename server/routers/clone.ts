import { eq } from "drizzle-orm";
import { z } from "zod";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { databases, jobs, projects } from "@/db/schema";
import { cloneInput, cloneOptions } from "@/jobs/clone-project/options";
import { startClone } from "@/jobs/clone-project/start";
import { findBackup } from "@/server/routers/backup";
import { keyFields, keysFor, notBoth } from "@/server/supplied-keys";
import { adminProcedure, findProject, router, userProcedure } from "@/server/trpc";

const idempotencyKey = z.string().min(1).max(200).optional();

export const cloneRouter = router({
  /** Starts to restore a backup as a new project. The answer comes at once; `job.getStatus` tells the rest. */
  start: adminProcedure
    .meta({ scope: "restore", limit: "export" })
    .input(cloneInput.extend({ ...keyFields, idempotencyKey }).refine(...notBoth))
    .mutation(async ({ ctx, input: { idempotencyKey, identity, passphrase, ...options } }) => {
      const { backup } = await findBackup(ctx.user, options.backupId);
      if (backup.status !== "available")
        throw new AppError("BACKUP_CORRUPT", `This backup cannot be cloned: its file is ${backup.status}.`);
      const [taken] = await db.select({ id: projects.id }).from(projects).where(eq(projects.slug, options.slug));
      if (taken) throw new AppError("ALREADY_EXISTS", `There is a project with the slug ${options.slug} already.`);
      if (options.databaseId !== undefined) {
        const [database] = await db.select().from(databases).where(eq(databases.id, options.databaseId));
        if (!database) throw new AppError("DATABASE_NOT_FOUND", "There is no such database.");
      }
      const keys = keysFor(backup, { identity, passphrase });
      const wanted = { options, projectId: backup.projectId, idempotencyKey, keys };
      const job = await db.transaction((tx) => startClone(tx, ctx.origin, wanted));
      return { jobId: job.id, status: job.status };
    }),

  /** The project that the job of a clone has made or is making. */
  ofJob: userProcedure.input(z.strictObject({ jobId: z.uuid() })).query(async ({ ctx, input }) => {
    const missing = () => new AppError("JOB_NOT_FOUND", "There is no such clone.");
    const [job] = await db.select().from(jobs).where(eq(jobs.id, input.jobId));
    if (job?.kind !== "clone_project") throw missing();
    await findProject(ctx.user, job.projectId ?? "").catch(() => {
      throw missing();
    });
    const { slug, name, structureOnly } = cloneOptions.parse(job.options);
    return { slug, name, structureOnly };
  }),
});
