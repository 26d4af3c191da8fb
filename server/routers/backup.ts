import { and, count, eq, sql, sum } from "drizzle-orm";
import { z } from "zod";
import { type Actor, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { backups } from "@/db/schema";
import { manifestSchema } from "@/jobs/archive/manifest";
import { keepsIdentity } from "@/jobs/archive/recipients";
import { jobsEnv } from "@/jobs/env";
import { exportOptions } from "@/jobs/export-backup/options";
import { fallsOf } from "@/jobs/fall/falls";
import { signDownload } from "@/jobs/home/download-link";
import { isReadByJob } from "@/jobs/retention/in-use";
import { removeBackup } from "@/jobs/retention/remove";
import { backupConditions, backupFilters, listBackups, listInput } from "@/server/backup-list";
import { copiesOf } from "@/server/copies";
import { openDecrypted } from "@/server/open-decrypted";
import { keyFields, notBoth } from "@/server/supplied-keys";
import { findProject, requirePermission, router, userProcedure } from "@/server/trpc";

const changeInput = z
  .strictObject({
    backupId: z.uuid(),
    pinned: z.boolean().optional(),
    description: exportOptions.shape.description.unwrap().nullable().optional(),
    tags: exportOptions.shape.tags.unwrap().optional(),
  })
  .refine(({ backupId: _, ...change }) => Object.keys(change).length > 0, "must change something");

export const backupRouter = router({
  /** Backups of one project, or of all that the caller may see; newest first unless asked otherwise. */
  listBackups: userProcedure.input(listInput).query(({ ctx, input }) => listBackups(ctx.user, input)),

  /** How many backups the same filters find, and how many bytes they take. */
  totals: userProcedure.input(backupFilters).query(async ({ ctx, input }) => {
    const [row] = await db
      .select({ count: count(), bytes: sum(backups.sizeBytes).mapWith(Number) })
      .from(backups)
      .where(and(...(await backupConditions(ctx.user, input))));
    return { count: row?.count ?? 0, bytes: row?.bytes ?? 0 };
  }),

  /** One backup with its manifest, whether it holds far less than usual, and what the caller may do in its project. */
  get: userProcedure.input(z.object({ backupId: z.uuid() })).query(async ({ ctx, input }) => {
    const { project, backup } = await findBackup(ctx.user, input.backupId);
    const falls = await fallsOf([backup.id]);
    const copies = await copiesOf(backup.id);
    const isHome = backup.status === "available" && backup.movedAt === null;
    return {
      ...backup,
      /** Whether a whole file of it is anywhere, here or at a destination, as far as we know. */
      isGood: isHome || copies.some(({ status }) => status === "stored"),
      fall: falls.get(backup.id) ?? null,
      /** Whether Coffer can open the file without being given a key. */
      opensItself: !backup.encrypted || (await keepsIdentity(backup.recipients)),
      manifest: manifestSchema.parse(backup.manifest),
      copies,
      projectSlug: project.slug,
      projectName: project.name,
      permissions: project.permissions,
    };
  }),

  /** A link that downloads the file in the caller's name until it expires. */
  createLink: userProcedure
    .meta({ scope: "read" })
    .input(z.object({ backupId: z.uuid() }))
    .mutation(async ({ ctx, input }) => {
      const { backup } = await findBackup(ctx.user, input.backupId);
      await recordAudit(db, ctx.origin, {
        action: "backup.link_created",
        subject: { kind: "backup", id: backup.id },
        projectId: backup.projectId,
        details: { filename: backup.filename },
      });
      const link = signDownload({ backupId: backup.id, userId: ctx.user.id }, jobsEnv().DOWNLOAD_LINK_SECONDS);
      return { ...link, filename: backup.filename };
    }),

  /**
   * Whether the key, or one that Coffer keeps, opens the file of an encrypted backup; its first step to a decrypted download.
   * Tells the name and size, in bytes, that it has without its encryption.
   */
  tryKey: userProcedure
    .meta({ scope: "restore" })
    .input(z.strictObject({ backupId: z.uuid(), ...keyFields }).refine(...notBoth))
    .mutation(async ({ ctx, input }) => {
      const { backup, project } = await findBackup(ctx.user, input.backupId);
      requirePermission(project, "restore");
      await using opened = await openDecrypted(backup, input);
      return { filename: opened.filename, sizeBytes: opened.size };
    }),

  /** Pins a backup, so that no policy removes it, describes or tags it. What is left out stays as it is. */
  change: userProcedure.input(changeInput).mutation(async ({ ctx, input: { backupId, pinned, ...words } }) => {
    const { backup, project } = await findBackup(ctx.user, backupId);
    requirePermission(project, "manage");
    const pin = pinned === undefined ? {} : { pinnedAt: pinned ? sql`coalesce(${backups.pinnedAt}, now())` : null };
    await db.transaction(async (tx) => {
      const set = { ...words, ...pin };
      const [row] = await tx.update(backups).set(set).where(eq(backups.id, backup.id)).returning({ id: backups.id });
      if (!row) throw noBackup();
      await recordAudit(tx, ctx.origin, {
        action: "backup.changed",
        subject: { kind: "backup", id: backup.id },
        projectId: backup.projectId,
        details: { filename: backup.filename, ...words, pinned },
      });
    });
  }),

  /** Removes a backup, its file and what is known of it; not while a job reads it. */
  remove: userProcedure.input(z.strictObject({ backupId: z.uuid() })).mutation(async ({ ctx, input }) => {
    const { backup, project } = await findBackup(ctx.user, input.backupId);
    requirePermission(project, "manage");
    const bytes = await db.transaction((tx) =>
      removeBackup(tx, ctx.origin, { id: backup.id, action: "backup.deleted", unless: isReadByJob }),
    );
    if (bytes !== null) return;
    await findBackup(ctx.user, backup.id);
    throw new AppError(
      "BACKUP_IN_USE",
      "A job is reading this backup, so it was not deleted. Wait until the job has ended, or cancel it.",
    );
  }),
});

const noBackup = () => new AppError("BACKUP_NOT_FOUND", "There is no such backup.");

/** The backup if the user may see its project. `missing`: the error for what was looked for of it. */
export async function findBackup(user: Actor, backupId: string, missing = noBackup) {
  const [backup] = await db.select().from(backups).where(eq(backups.id, backupId));
  if (!backup) throw missing();
  return { backup, project: await findProject(user, backup.projectId, { missing }) };
}
