import { eq } from "drizzle-orm";
import { z } from "zod";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { jobs } from "@/db/schema";
import { cloneInput, cloneOptions } from "@/jobs/clone-project/options";
import { startClone } from "@/jobs/clone-project/start";
import { requirePlace } from "@/server/new-project";
import { requireGood } from "@/server/require-good";
import { findBackup } from "@/server/routers/backup";
import { keyFields, keysFor, notBoth } from "@/server/supplied-keys";
import { adminProcedure, findProject, idempotencyKey, router, userProcedure } from "@/server/trpc";

export const cloneRouter = router({
  /** Starts to restore a backup as a new project. The answer comes at once; `job.getStatus` tells the rest. */
  start: adminProcedure
    .meta({ scope: "restore", limit: "export" })
    .input(cloneInput.extend({ ...keyFields, idempotencyKey }).refine(...notBoth))
    .mutation(async ({ ctx, input: { idempotencyKey, identity, passphrase, ...options } }) => {
      const { backup, project } = await findBackup(ctx.user, options.backupId);
      await requireGood(backup, "cloned");
      const keys = keysFor(backup, { identity, passphrase });
      const wanted = { options, projectId: backup.projectId, idempotencyKey, keys };
      const job = await db.transaction(async (tx) => {
        const job = await startClone(tx, ctx.origin, wanted);
        // The same call again gives the same job, which may have made the project by now.
        if (job.isNew) await requirePlace(tx, { ...options, databaseId: options.databaseId ?? project.databaseId });
        return job;
      });
      return { jobId: job.id, status: job.status };
    }),

  /** The project that the job of a clone has made or is making. */
  ofJob: userProcedure.input(z.strictObject({ jobId: z.uuid() })).query(async ({ ctx, input }) => {
    const missing = () => new AppError("JOB_NOT_FOUND", "There is no such clone.");
    const [job] = await db.select().from(jobs).where(eq(jobs.id, input.jobId));
    if (job?.kind !== "clone_project") throw missing();
    await findProject(ctx.user, job.projectId ?? "", { missing });
    const { slug, name, structureOnly } = cloneOptions.parse(job.options);
    return { slug, name, structureOnly };
  }),
});
