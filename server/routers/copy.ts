import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { type Actor, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { backupCopies, backups, destinations, jobs } from "@/db/schema";
import { isSeenElsewhere } from "@/jobs/backup-copy/bytes";
import { giveUpHome, removeGivenUp } from "@/jobs/backup-copy/give-up-home";
import { isGoodWithout, lockBackups } from "@/jobs/backup-copy/good";
import { placeOptions } from "@/jobs/backup-copy/options";
import { startCopy, startCopyCheck, startFetch } from "@/jobs/backup-copy/start";
import { openDestination } from "@/jobs/destination/open";
import { jobsEnv } from "@/jobs/env";
import { failureOf } from "@/jobs/lifecycle/failure";
import { copiesOf, lostCopies } from "@/server/copies";
import { findBackup } from "@/server/routers/backup";
import { idempotencyKey, requirePermission, router, userProcedure } from "@/server/trpc";

const place = { backupId: z.uuid(), destinationId: z.uuid() };

export const copyRouter = router({
  /** Every copy of a backup at a destination, with how it does. What its job has given up is `failed`. */
  list: userProcedure.input(z.strictObject({ backupId: z.uuid() })).query(async ({ ctx, input }) => {
    const { backup } = await findBackup(ctx.user, input.backupId);
    return copiesOf(backup.id);
  }),

  /** Copies that should be there and are not: some of them, and how many there are. */
  lost: userProcedure.query(({ ctx }) => lostCopies(ctx.user)),

  /** What a job that copied, fetched or checked a copy was about. */
  ofJob: userProcedure.input(z.strictObject({ jobId: z.uuid() })).query(async ({ ctx, input }) => {
    const missing = () => new AppError("COPY_NOT_FOUND", "There is no such copy.");
    const [job] = await db.select().from(jobs).where(eq(jobs.id, input.jobId));
    const options = placeOptions.safeParse(job?.options);
    if (!job || !options.success) throw missing();
    const { backup, project } = await findBackup(ctx.user, options.data.backupId, missing);
    const copies = await copiesOf(backup.id);
    const copy = copies.find(({ destinationId }) => destinationId === options.data.destinationId);
    return { copy: copy ?? null, backupId: backup.id, filename: backup.filename, projectSlug: project.slug };
  }),

  /** Copies a backup to a destination; with `move` its file in the backup folder goes once the copy is stored. One that is lost or was given up is made anew. */
  start: userProcedure
    .input(z.strictObject({ ...place, move: z.boolean().default(false), idempotencyKey }))
    .mutation(async ({ ctx, input: { move, idempotencyKey, ...at } }) => {
      const wanted = await findManaged(ctx.user, at);
      const job = await db.transaction((tx) => startCopy(tx, ctx.origin, { ...wanted, move, idempotencyKey }));
      return { jobId: job.id };
    }),

  /** Reads a copy back to its last byte, and compares it with the backup's sha256. */
  verify: userProcedure.input(z.strictObject({ ...place, idempotencyKey })).mutation(async ({ ctx, input }) => {
    const { idempotencyKey, ...at } = input;
    const wanted = await findCopy(ctx.user, at);
    const job = await db.transaction((tx) => startCopyCheck(tx, ctx.origin, { ...wanted, idempotencyKey }));
    return { jobId: job.id };
  }),

  /** Brings the file back into the backup folder from a copy, where it stays. */
  fetch: userProcedure.input(z.strictObject({ ...place, idempotencyKey })).mutation(async ({ ctx, input }) => {
    const { idempotencyKey, ...at } = input;
    const wanted = await findCopy(ctx.user, at);
    const job = await db.transaction((tx) => startFetch(tx, ctx.origin, { ...wanted, idempotencyKey }));
    return { jobId: job.id };
  }),

  /** Removes the file in the backup folder, while a copy of it is stored elsewhere. */
  giveUpHome: userProcedure.input(z.strictObject({ backupId: z.uuid() })).mutation(async ({ ctx, input }) => {
    const { backup, project } = await findBackup(ctx.user, input.backupId);
    requirePermission(project, "manage");
    if (backup.movedAt) return;
    // A copy may have gone since it was last looked at, and this file may be all there is.
    if (!(await isSeenElsewhere(backup)))
      throw new AppError("BACKUP_IN_USE", "No destination was found to have a whole copy of it now.");
    if (await db.transaction((tx) => giveUpHome(tx, ctx.origin, backup))) return removeGivenUp(backup);
    throw new AppError("BACKUP_IN_USE", "No copy of it is stored elsewhere, or a job is reading its file now.");
  }),

  /** Removes a copy. Its file at the destination goes soon after. The last whole file of a backup stays. */
  remove: userProcedure.input(z.strictObject(place)).mutation(async ({ ctx, input }) => {
    const { backup, destination, copyId } = await findCopy(ctx.user, input);
    await db.transaction(async (tx) => {
      await lockBackups(tx, eq(backups.id, backup.id));
      const [row] = await tx
        .update(backupCopies)
        .set({ backupId: null })
        .where(and(eq(backupCopies.id, copyId), isGoodWithout, sql`not ${isBusy}`))
        .returning({ id: backupCopies.id });
      if (!row)
        throw new AppError(
          "BACKUP_IN_USE",
          "It is the last whole file of this backup that can be had now, or a job is working on it.",
        );
      await recordAudit(tx, ctx.origin, {
        action: "copy.removed",
        subject: { kind: "backup", id: backup.id },
        projectId: backup.projectId,
        details: { filename: backup.filename, destination: destination.name },
      });
    });
  }),

  /** An address at the destination itself that downloads the copy until it expires; null where there is no such thing. */
  createLink: userProcedure
    .meta({ scope: "read" })
    .input(z.strictObject(place))
    .mutation(async ({ ctx, input }) => {
      const { backup } = await findBackup(ctx.user, input.backupId);
      const [found] = await db
        .select({ copy: backupCopies, destination: destinations })
        .from(backupCopies)
        .innerJoin(destinations, eq(destinations.id, backupCopies.destinationId))
        .where(and(at(input), eq(backupCopies.status, "stored")));
      if (!found) throw noCopy();
      const { name, sizeBytes, locator } = found.copy;
      const placed = { name, sizeBytes: sizeBytes ?? backup.sizeBytes, locator };
      const seconds = jobsEnv().DOWNLOAD_LINK_SECONDS;
      const url = await openDestination(found.destination.settings)
        .link(placed, backup.filename, seconds)
        .catch((error) => {
          throw new AppError("DESTINATION_FAILED", failureOf(error).message);
        });
      await recordAudit(db, ctx.origin, {
        action: "copy.link_created",
        subject: { kind: "backup", id: backup.id },
        projectId: backup.projectId,
        details: { filename: backup.filename, destination: found.destination.name },
      });
      return { url, expiresAt: new Date(Date.now() + seconds * 1000) };
    }),
});

type Place = { backupId: string; destinationId: string };

const noCopy = () => new AppError("COPY_NOT_FOUND", "This destination has no copy of the backup.");
const at = ({ backupId, destinationId }: Place) =>
  and(eq(backupCopies.backupId, backupId), eq(backupCopies.destinationId, destinationId));

const isBusy = sql`exists (select from ${jobs} where ${jobs.finishedAt} is null
  and ${jobs.options} ->> 'backupId' = ${backupCopies.backupId}::text)`;

async function findManaged(user: Actor, { backupId, destinationId }: Place) {
  const { backup, project } = await findBackup(user, backupId);
  requirePermission(project, "manage");
  const [destination] = await db
    .select({ id: destinations.id, name: destinations.name })
    .from(destinations)
    .where(eq(destinations.id, destinationId));
  if (!destination) throw new AppError("DESTINATION_NOT_FOUND", "There is no such destination.");
  return { backup, destination };
}

async function findCopy(user: Actor, wanted: Place) {
  const managed = await findManaged(user, wanted);
  const [copy] = await db.select({ id: backupCopies.id }).from(backupCopies).where(at(wanted));
  if (!copy) throw noCopy();
  return { ...managed, copyId: copy.id };
}
