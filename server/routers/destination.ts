import { asc, count, eq, isNotNull, sql, sum } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { backupCopies, destinations } from "@/db/schema";
import { noteHealthy, noteUnhealthy } from "@/jobs/backup-copy/place";
import { checkDestination, openDestination } from "@/jobs/destination/open";
import { isSamePlace } from "@/jobs/destination/same-place";
import { maskedSettings } from "@/jobs/destination/settings";
import { failureOf } from "@/jobs/lifecycle/failure";
import { kindField, settingsFields, settingsFrom } from "@/server/destination-input";
import { destinationUse, lockedDestinationUse, requireMovable, requireOwnPlace } from "@/server/destination-use";
import { isNameTaken, lockName } from "@/server/name-taken";
import { adminProcedure, router, userProcedure } from "@/server/trpc";
import { trialMs, tried } from "@/server/try-destination";

const name = z.string().trim().min(1).max(63);

export const destinationRouter = router({
  /** Where backups may be copied to, for whoever chooses. */
  choices: userProcedure.query(() =>
    db
      .select({
        id: destinations.id,
        name: destinations.name,
        kind: destinations.kind,
        isDefault: sql<boolean>`${destinations.defaultSince} is not null`,
        isHealthy: sql<boolean>`${destinations.unhealthySince} is null`,
      })
      .from(destinations)
      .orderBy(asc(destinations.name)),
  ),

  /** Every destination with how it does, without anything secret. */
  list: adminProcedure.query(async () => {
    const rows = await db.select().from(destinations).orderBy(asc(destinations.name));
    const copies = await db
      .select({ id: backupCopies.destinationId, count: count(), bytes: sum(backupCopies.sizeBytes).mapWith(Number) })
      .from(backupCopies)
      .where(isNotNull(backupCopies.backupId))
      .groupBy(backupCopies.destinationId);
    const byId = new Map(copies.map((each) => [each.id, each]));
    return rows.map((row) => ({ ...shown(row), ...usage(byId.get(row.id)) }));
  }),

  /** One destination with how it does, without anything secret. */
  get: adminProcedure
    .input(z.strictObject({ destinationId: z.uuid() }))
    .query(async ({ input }) => shown(await find(input.destinationId))),

  /** Keeps a destination, once it has worked. */
  add: adminProcedure
    .input(z.strictObject({ name, kind: kindField, isDefault: z.boolean().default(false), ...settingsFields }))
    .mutation(async ({ ctx, input: { name, kind, isDefault, ...fields } }) => {
      const settings = settingsFrom(kind, fields);
      const { freeBytes } = await tried(settings);
      return db.transaction(async (tx) => {
        await requireOwnPlace(tx, settings);
        await lockName(tx, destinations, name);
        const values = { name, kind, settings, freeBytes, checkedAt: sql`now()` };
        const [row] = await tx
          .insert(destinations)
          .values({ ...values, defaultSince: isDefault ? sql`now()` : null })
          .onConflictDoNothing()
          .returning();
        if (!row) throw taken(name);
        await recordAudit(tx, ctx.origin, eventOf("added", row));
        return { ...shown(row), ...usage() };
      });
    }),

  /** Changes what is given. Settings are kept once they have worked. */
  change: adminProcedure
    .input(
      z.strictObject({
        destinationId: z.uuid(),
        name: name.optional(),
        isDefault: z.boolean().optional(),
        ...settingsFields,
      }),
    )
    .mutation(async ({ ctx, input: { destinationId, name, isDefault, ...fields } }) => {
      const before = await find(destinationId);
      const isTried = Object.values(fields).some((value) => value !== undefined);
      const settings = isTried ? settingsFrom(before.kind, fields, before.settings) : undefined;
      if (settings) await tried(settings);
      const hold = settings && (await requireMovable(before, settings));
      const works = settings && { settings, checkedAt: sql`now()`, unhealthySince: null, problem: null };
      const since = isDefault === undefined ? undefined : isDefault ? sql`coalesce(default_since, now())` : null;
      if (name === undefined && since === undefined && !works)
        throw new AppError("VALIDATION_ERROR", "Give something to change.");
      return db.transaction(async (tx) => {
        await hold?.(tx);
        if (settings && !isSamePlace(settings, before.settings)) await requireOwnPlace(tx, settings, destinationId);
        if (name !== undefined && (await isNameTaken(tx, destinations, { id: destinationId, name }))) throw taken(name);
        const set = { name, defaultSince: since, ...works };
        const [row] = await tx.update(destinations).set(set).where(eq(destinations.id, destinationId)).returning();
        if (!row) throw none();
        await recordAudit(tx, ctx.origin, eventOf("changed", row));
        return shown(row);
      });
    }),

  /** Tries settings without keeping them: writes, reads and deletes. With a destination's id, what is left out is as it is there. */
  test: adminProcedure
    .input(z.strictObject({ destinationId: z.uuid().optional(), kind: kindField.optional(), ...settingsFields }))
    .mutation(async ({ input: { destinationId, kind, ...fields } }) => {
      const before = destinationId === undefined ? undefined : await find(destinationId);
      const of = kind ?? before?.kind;
      if (!of) throw new AppError("VALIDATION_ERROR", "Give the kind, or the id of a destination.");
      return tried(settingsFrom(of, fields, before?.settings));
    }),

  /** Tries a destination as it is, and notes how it does. */
  check: adminProcedure.input(z.strictObject({ destinationId: z.uuid() })).mutation(async ({ input }) => {
    const row = await find(input.destinationId);
    try {
      const destination = openDestination(row.settings);
      const { freeBytes } = await checkDestination(destination, AbortSignal.timeout(trialMs), { isKnown: true });
      await noteHealthy(row.id, freeBytes);
    } catch (error) {
      await noteUnhealthy(row, failureOf(error));
    }
    return shown(await find(row.id));
  }),

  /** What stands in the way of removing it: copies that are there, and schedules that name it. */
  usedBy: adminProcedure.input(z.strictObject({ destinationId: z.uuid() })).query(async ({ input }) => {
    await find(input.destinationId);
    return destinationUse(db, input.destinationId);
  }),

  /** Forgets a destination. With `forgetCopies` also the copies there, whose files stay where they are. */
  remove: adminProcedure
    .input(z.strictObject({ destinationId: z.uuid(), forgetCopies: z.boolean().default(false) }))
    .mutation(({ ctx, input: { destinationId, forgetCopies } }) =>
      db.transaction(async (tx) => {
        const [row] = await tx.select().from(destinations).where(eq(destinations.id, destinationId)).for("update");
        if (!row) throw none();
        const use = await lockedDestinationUse(tx, destinationId);
        if (use.onlyCopies > 0)
          throw inUse(
            `${use.onlyCopies} backups are nowhere else that works now. Bring them back or copy them elsewhere first.`,
          );
        if (use.schedules.length > 0) throw inUse(`These schedules use it: ${use.schedules.join(", ")}.`);
        if (use.copies > 0 && !forgetCopies)
          throw inUse(`It has ${use.copies} copies of backups. Remove them, or forget them with it.`);
        await tx.delete(backupCopies).where(eq(backupCopies.destinationId, destinationId));
        await tx.delete(destinations).where(eq(destinations.id, destinationId));
        await recordAudit(tx, ctx.origin, eventOf("removed", row));
      }),
    ),
});

type Row = typeof destinations.$inferSelect;

const none = () => new AppError("DESTINATION_NOT_FOUND", "There is no such destination.");
const taken = (of: string) => new AppError("ALREADY_EXISTS", `There is a destination with the name ${of} already.`);
const inUse = (why: string) => new AppError("DESTINATION_IN_USE", why);

/** The destination, with its secrets. */
async function find(id: string): Promise<Row> {
  const [row] = await db.select().from(destinations).where(eq(destinations.id, id));
  if (!row) throw none();
  return row;
}

const shown = ({ settings, defaultSince, ...row }: Row) => ({
  ...row,
  settings: maskedSettings(settings),
  isDefault: defaultSince !== null,
});

const usage = (of?: { count: number; bytes: number | null }) => ({
  copyCount: of?.count ?? 0,
  copyBytes: of?.bytes ?? 0,
});

const eventOf = (how: "added" | "changed" | "removed", { id, name, kind, defaultSince }: Row) => ({
  action: `destination.${how}`,
  subject: { kind: "destination" as const, id },
  details: { name, kind, isDefault: defaultSince !== null },
});
