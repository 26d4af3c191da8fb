import { asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { databases } from "@/db/schema";
import { findDatabase, serverSeen, testConnection } from "@/server/tenant-database";
import { adminProcedure, router } from "@/server/trpc";

/** libpq would read more into these than a name: a folder of sockets, a list of hosts, options, another connection string. */
const plain = (what: string) =>
  z
    .string()
    .trim()
    .min(1, `${what} is missing.`)
    .max(255)
    .refine((value) => !/^[-/@]|[,=\s\0]|:\/\//.test(value), `${what} must be a plain name.`);

const connectionInput = z.strictObject({
  host: plain("Host"),
  port: z.number().int().min(1).max(65_535).default(5432),
  user: plain("User"),
  password: z
    .string()
    .max(1000)
    .refine((value) => !/[\n\r\0]/.test(value), "A password must not contain line breaks."),
  database: plain("Database"),
  ssl: z.enum(["disable", "prefer", "require", "verify-full"]).default("prefer"),
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
        projects: sql<number>`(select count(*)::int from control_plane.projects p where p.database_id = ${databases}.id)`,
      })
      .from(databases)
      .orderBy(asc(databases.name));
    return rows.map(({ connection: { password, ...connection }, ...row }) => ({ ...row, connection }));
  }),

  /** Tries a connection without keeping it. */
  test: adminProcedure.input(connectionInput).mutation(({ input }) => testConnection(input)),

  /** Keeps a connection, once it has worked. */
  add: adminProcedure
    .input(z.strictObject({ name: z.string().trim().min(1).max(63), connection: connectionInput }))
    .mutation(async ({ ctx, input }) => {
      const info = await testConnection(input.connection);
      return db.transaction(async (tx) => {
        const [row] = await tx
          .insert(databases)
          .values({ ...input, ...serverSeen(info) })
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

  /** Looks whether a registered database answers. */
  check: adminProcedure.input(z.object({ databaseId: z.uuid() })).mutation(async ({ input }) => {
    const { id, connection } = await findDatabase(db, input.databaseId);
    const info = await testConnection(connection);
    await db.update(databases).set(serverSeen(info)).where(eq(databases.id, id));
    return info;
  }),
});
