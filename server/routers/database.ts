import { asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { databases, schemaDiscovery } from "@/db/schema";
import { answering, noteAnswer, noteSilence } from "@/jobs/discovery/health";
import { lockDumps, ringNextDumps } from "@/jobs/lifecycle/dump-line";
import { changeConnection } from "@/server/change-connection";
import { connectionInput, databaseName, knownConnection, withPassword } from "@/server/database-input";
import { lockName } from "@/server/name-taken";
import { findDatabase, testConnection } from "@/server/tenant-database";
import { adminProcedure, router } from "@/server/trpc";

const settings = z.strictObject({
  databaseId: z.uuid(),
  maxDumps: z.number().int().min(1).max(100).optional(),
  discovery: z.enum(schemaDiscovery.enumValues).optional(),
  /** `*` stands for anything. */
  discoveryPattern: z
    .string()
    .min(1)
    .max(63)
    .refine((text) => !text.includes("\0"), "must not hold a NUL character")
    .optional(),
  /** Schemas that are never proposed. */
  ignoredSchemas: z.array(z.string().min(1).max(63)).max(100_000).optional(),
});

export const databaseRouter = router({
  /** Every registered database, without anything secret. */
  list: adminProcedure.query(async () => {
    const rows = await db
      .select({
        id: databases.id,
        name: databases.name,
        connection: databases.connection,
        serverVersion: databases.serverVersion,
        checkedAt: databases.checkedAt,
        unhealthySince: databases.unhealthySince,
        problem: databases.problem,
        maxDumps: databases.maxDumps,
        discovery: databases.discovery,
        discoveryPattern: databases.discoveryPattern,
        ignoredSchemas: databases.ignoredSchemas,
        projects: sql<number>`(select count(*)::int from control_plane.projects p where p.database_id = ${databases}.id)`,
      })
      .from(databases)
      .orderBy(asc(databases.name));
    return rows.map(({ connection: { password, ...connection }, ...row }) => ({ ...row, connection }));
  }),

  /** Tries a connection without keeping it. With a database's id, a password that is left out is the one it has. */
  test: adminProcedure
    .input(knownConnection.extend({ databaseId: z.uuid().optional() }))
    .mutation(async ({ input: { databaseId, ...given } }) => {
      const before = databaseId === undefined ? undefined : await findDatabase(db, databaseId);
      return testConnection(withPassword(given, before?.connection));
    }),

  /** Keeps a connection, once it has worked. */
  add: adminProcedure
    .input(z.strictObject({ name: databaseName, connection: connectionInput }))
    .mutation(async ({ ctx, input }) => {
      const info = await testConnection(input.connection);
      return db.transaction(async (tx) => {
        await lockName(tx, databases, input.name);
        const [row] = await tx
          .insert(databases)
          .values({ ...input, ...answering(info) })
          .onConflictDoNothing()
          .returning({ id: databases.id });
        if (!row) throw new AppError("ALREADY_EXISTS", `There is a database with the name ${input.name} already.`);
        await recordAudit(tx, ctx.origin, {
          action: "database.added",
          subject: { kind: "database", id: row.id },
          details: { name: input.name, host: input.connection.host, database: input.connection.database },
        });
        return row;
      });
    }),

  /**
   * Changes its name, and how it is reached, once that has worked. Without a password that stays. Another server has to hold the schemas of its
   * projects, and no job of theirs may be under way.
   */
  change: adminProcedure
    .input(z.strictObject({ databaseId: z.uuid(), name: databaseName, connection: knownConnection }))
    .mutation(({ ctx, input }) => changeConnection(ctx.origin, input)),

  /** Forgets a database that has no project. */
  remove: adminProcedure.input(z.strictObject({ databaseId: z.uuid() })).mutation(({ ctx, input: { databaseId } }) =>
    db.transaction(async (tx) => {
      const { name } = await findDatabase(tx, databaseId);
      const [row] = await tx
        .delete(databases)
        .where(sql`${databases.id} = ${databaseId} and not exists (
          select from control_plane.projects p where p.database_id = ${databases}.id)`)
        .returning({ id: databases.id });
      if (!row) throw new AppError("DATABASE_IN_USE", "It has projects, whose backups would belong to nothing.");
      await recordAudit(tx, ctx.origin, {
        action: "database.removed",
        subject: { kind: "database", id: databaseId },
        details: { name },
      });
    }),
  ),

  /** How many dumps of it may run at a time, and what becomes of new schemas. What is left out stays. */
  configure: adminProcedure.input(settings).mutation(({ ctx, input: { databaseId, ...changes } }) =>
    db.transaction(async (tx) => {
      await lockDumps(tx, databaseId);
      const [row] = await tx
        .update(databases)
        .set({ ...changes, name: sql`${databases.name}` })
        .where(eq(databases.id, databaseId))
        .returning();
      if (!row) throw new AppError("DATABASE_NOT_FOUND", "There is no such database.");
      await recordAudit(tx, ctx.origin, {
        action: "database.configured",
        subject: { kind: "database", id: databaseId },
        details: { ...changes, name: row.name },
      });
      await ringNextDumps(tx, { databaseId, maxDumps: row.maxDumps });
      const { maxDumps, discovery, discoveryPattern, ignoredSchemas } = row;
      return { databaseId, maxDumps, discovery, discoveryPattern, ignoredSchemas };
    }),
  ),

  /** Looks whether a registered database answers, and notes it. */
  check: adminProcedure.input(z.strictObject({ databaseId: z.uuid() })).mutation(async ({ input }) => {
    const before = await findDatabase(db, input.databaseId);
    try {
      await noteAnswer(before, await testConnection(before.connection));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      await noteSilence(before, error.message);
    }
    const { unhealthySince, problem } = await findDatabase(db, before.id);
    return { unhealthySince, problem };
  }),
});
