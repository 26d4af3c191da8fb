import { eq } from "drizzle-orm";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { dumps } from "@/db/schema";
import { importOptions } from "@/jobs/import-dump/options";
import { startImport } from "@/jobs/import-dump/start";
import { requirePlace } from "@/server/new-project";
import { adminProcedure, idempotencyKey, router } from "@/server/trpc";

export const dumpRouter = router({
  /** Starts to make a project of a file that was uploaded. The answer comes at once; `job.getStatus` tells the rest. */
  restore: adminProcedure
    .meta({ scope: "restore", limit: "export" })
    .input(importOptions.extend({ idempotencyKey }))
    .mutation(async ({ ctx, input: { idempotencyKey, ...options } }) => {
      const job = await db.transaction(async (tx) => {
        const [dump] = await tx.select().from(dumps).where(eq(dumps.id, options.dumpId)).for("key share");
        const job = await startImport(tx, ctx.origin, { options, filename: dump?.filename ?? "", idempotencyKey });
        // The same call again gives the same job, whatever has become of its dump.
        if (!job.isNew) return job;
        if (!dump)
          throw new AppError(
            "DUMP_NOT_FOUND",
            "There is no such upload. It may have been used, or be older than a day.",
          );
        await requirePlace(tx, options);
        return job;
      });
      return { jobId: job.id, status: job.status };
    }),
});
