import { desc, eq } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { proofs } from "@/db/schema";
import { verifyInput } from "@/jobs/verify-backup/options";
import { restoredSchema } from "@/jobs/verify-backup/proof";
import { startVerification } from "@/jobs/verify-backup/start";
import { proofDocumentOf } from "@/server/proof-document";
import { findBackup } from "@/server/routers/backup";
import { keyFields, keysFor, notBoth } from "@/server/supplied-keys";
import { idempotencyKey, requirePermission, router, userProcedure } from "@/server/trpc";

export const proofRouter = router({
  /** Starts a proof of a backup. The answer comes at once; `job.getStatus` tells the rest, `ofJob` what was found. */
  start: userProcedure
    .meta({ scope: "export", limit: "export" })
    .input(verifyInput.extend({ ...keyFields, idempotencyKey }).refine(...notBoth))
    .mutation(async ({ ctx, input: { idempotencyKey, ...options } }) => {
      const { backup, project } = await findBackup(ctx.user, options.backupId);
      requirePermission(project, "export");
      const wanted = { backup, level: options.level, idempotencyKey, keys: keysFor(backup, options) };
      const job = await db.transaction((tx) => startVerification(tx, ctx.origin, wanted));
      return { jobId: job.id, status: job.status, backupId: backup.id };
    }),

  /** The proofs of a backup, newest first, without what was compared. */
  list: userProcedure.input(z.strictObject({ backupId: z.uuid() })).query(async ({ ctx, input }) => {
    const { backup } = await findBackup(ctx.user, input.backupId);
    const { id, jobId, level, result, checks, createdAt } = proofs;
    return db
      .select({ id, jobId, level, result, checks, createdAt })
      .from(proofs)
      .where(eq(proofs.backupId, backup.id))
      .orderBy(desc(proofs.createdAt), desc(proofs.id))
      .limit(50);
  }),

  /** One proof with every table and sequence that was compared. */
  get: userProcedure.input(z.strictObject({ proofId: z.uuid() })).query(async ({ ctx, input }) => {
    const [proof] = await db.select().from(proofs).where(eq(proofs.id, input.proofId));
    return shown(ctx.user, proof);
  }),

  /** A proof at full length, to keep. That somebody took it is written down. */
  document: userProcedure
    .input(z.strictObject({ backupId: z.uuid(), proofId: z.uuid(), as: z.enum(["json", "html"]) }))
    .query(async ({ ctx, input }) => {
      const { backup, project } = await findBackup(ctx.user, input.backupId);
      const document = await proofDocumentOf({ backup, project }, input.proofId);
      await recordAudit(db, ctx.origin, {
        action: "backup.proof_downloaded",
        subject: { kind: "backup", id: backup.id },
        projectId: backup.projectId,
        details: { filename: backup.filename, proofId: input.proofId, as: input.as },
      });
      return document;
    }),

  /** What a job that proved a backup has found. */
  ofJob: userProcedure.input(z.strictObject({ jobId: z.uuid() })).query(async ({ ctx, input }) => {
    const [proof] = await db.select().from(proofs).where(eq(proofs.jobId, input.jobId));
    return shown(ctx.user, proof);
  }),
});

async function shown(user: Parameters<typeof findBackup>[0], proof: typeof proofs.$inferSelect | undefined) {
  const missing = () => new AppError("PROOF_NOT_FOUND", "There is no such proof.");
  if (!proof) throw missing();
  const { backup, project } = await findBackup(user, proof.backupId, missing);
  return {
    ...proof,
    restored: restoredSchema.nullable().parse(proof.restored),
    filename: backup.filename,
    projectSlug: project.slug,
  };
}
