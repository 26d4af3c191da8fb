import { asc, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { databases, projects } from "@/db/schema";
import { addSchemas, newSchemas } from "@/jobs/discovery/discover";
import { proposeAll } from "@/jobs/discovery/propose";
import { toAppError } from "@/server/problem";
import { findDatabase, listSchemas } from "@/server/tenant-database";
import { adminProcedure, router } from "@/server/trpc";

const chosen = z.strictObject({
  databaseId: z.uuid(),
  schemaNames: z.array(z.string().min(1).max(63)).min(1).max(500),
});

type Database = typeof databases.$inferSelect;

export const discoveryRouter = router({
  /** New schemas that are no project's yet, of all databases that are searched for such. One that does not answer says why. */
  proposals: adminProcedure.query(async () => {
    const searched = await db
      .select()
      .from(databases)
      .where(ne(databases.discovery, "off"))
      .orderBy(asc(databases.name));
    return Promise.all(searched.map(proposalsOf));
  }),

  /** Makes projects of proposed schemas, under the slugs that were proposed or the next ones that are free. */
  accept: adminProcedure.input(chosen).mutation(async ({ ctx, input }) => {
    const database = await findDatabase(db, input.databaseId);
    const known = new Set((await listSchemas(database.id)).map(({ name }) => name));
    const unknown = input.schemaNames.find((name) => !known.has(name));
    if (unknown !== undefined) throw new AppError("VALIDATION_ERROR", `The database has no schema ${unknown}.`);
    const names = [...new Set(input.schemaNames)];
    const made = await db.transaction((tx) => addSchemas(tx, ctx.origin, { databaseId: database.id, names }));
    if (made.length === 0) throw new AppError("ALREADY_EXISTS", "All of these schemas have their projects already.");
    return made;
  }),

  /** Leaves schemas out of all proposals from now on. */
  ignore: adminProcedure.input(chosen).mutation(async ({ ctx, input }) => {
    await db.transaction(async (tx) => {
      const { ignoredSchemas, name } = await findDatabase(tx, input.databaseId);
      await tx
        .update(databases)
        .set({
          ignoredSchemas: sql`(select coalesce(array_agg(distinct name), '{}') from unnest(${databases.ignoredSchemas} || ${sql.param(input.schemaNames)}::text[]) name)`,
        })
        .where(eq(databases.id, input.databaseId));
      await recordAudit(tx, ctx.origin, {
        action: "database.schemas_ignored",
        subject: { kind: "database", id: input.databaseId },
        details: { name, schemas: input.schemaNames, before: ignoredSchemas.length },
      });
    });
  }),
});

async function proposalsOf(database: Database) {
  const common = { databaseId: database.id, databaseName: database.name, discovery: database.discovery };
  try {
    const fresh = await newSchemas(db, database, await listSchemas(database.id));
    const taken = await db.select({ slug: projects.slug }).from(projects);
    const names = fresh.map(({ name }) => name);
    const proposed = proposeAll(names, new Set(taken.map(({ slug }) => slug)));
    return {
      ...common,
      error: null,
      schemas: fresh.map((schema, n) => ({ ...schema, slug: proposed[n]?.slug ?? schema.name })),
    };
  } catch (error) {
    return { ...common, error: toAppError(error).message, schemas: [] };
  }
}
