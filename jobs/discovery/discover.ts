import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { eq } from "drizzle-orm";
import { byCoffer, type Origin } from "@/db/audit";
import { type Db, db, type Tx } from "@/db/client";
import { log } from "@/db/log";
import { databases, projects } from "@/db/schema";
import { addProjects } from "@/jobs/discovery/add-projects";
import { proposeAll } from "@/jobs/discovery/propose";
import { type FoundSchema, schemasIn } from "@/jobs/discovery/schemas";
import { announce } from "@/jobs/notification/announce";
import { withTenant } from "@/jobs/postgres/connection";
import { matchesPattern } from "@/jobs/schedule/pattern";

type Database = typeof databases.$inferSelect;
type Searched = Pick<Database, "id" | "discoveryPattern" | "ignoredSchemas">;

/** Those of the schemas that match the database's pattern and are no project's yet, but for those that nobody wants to hear of. */
export async function newSchemas(tx: Tx | Db, database: Searched, found: FoundSchema[]): Promise<FoundSchema[]> {
  const taken = await tx
    .select({ name: projects.schemaName })
    .from(projects)
    .where(eq(projects.databaseId, database.id));
  const known = new Set([...taken.map(({ name }) => name), ...database.ignoredSchemas]);
  return found.filter(({ name }) => !known.has(name) && matchesPattern(name, database.discoveryPattern));
}

/** Makes projects of schemas, under names that are free. Gives those that were made: another one may have been faster. */
export async function addSchemas(
  tx: Tx,
  origin: Origin,
  { databaseId, names }: { databaseId: string; names: string[] },
) {
  const slugs = await tx.select({ slug: projects.slug }).from(projects);
  const proposed = proposeAll(names, new Set(slugs.map(({ slug }) => slug)));
  return addProjects(tx, origin, { databaseId, projects: proposed });
}

/**
 * Makes projects of a database's new schemas where that is wanted, and tells of them where they are proposed. Any number of workers
 * may do this at once: a schema is one project's at most, and is told of once. Throws when the database does not answer.
 */
export async function discoverIn(database: Database): Promise<void> {
  const found = await withTenant(database.connection, "coffer:discovery", schemasIn);
  const fresh = await newSchemas(db, database, found);
  const names = fresh.map(({ name }) => name);
  if (database.discovery === "propose") return tellOf(database, names);
  if (names.length === 0) return;
  const made = await db.transaction(async (tx) => {
    const added = await addSchemas(tx, byCoffer, { databaseId: database.id, names });
    for (const { id: projectId, schemaName } of added) {
      const facts = { database: database.name, schemas: [schemaName], isAdded: true };
      await announce(tx, { event: "schema_found", projectId, once: projectId, facts });
    }
    return added;
  });
  if (made.length > 0)
    log.info({ databaseId: database.id, slugs: made.map(({ slug }) => slug) }, "new schemas have become projects");
}

/** Tells of those of the proposals that nobody has been told of. One that was taken, ignored or dropped is forgotten. */
function tellOf(database: Database, names: string[]): Promise<void> {
  return db.transaction(async (tx) => {
    const itself = eq(databases.id, database.id);
    const [row] = await tx.select({ told: databases.toldSchemas }).from(databases).where(itself).for("update");
    if (!row || isDeepStrictEqual(row.told, names)) return;
    await tx.update(databases).set({ toldSchemas: names }).where(itself);
    const schemas = names.filter((name) => !row.told.includes(name));
    if (schemas.length === 0) return;
    const facts = { database: database.name, schemas, isAdded: false };
    await announce(tx, { event: "schema_found", projectId: null, once: randomUUID(), facts });
  });
}
