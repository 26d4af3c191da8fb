import { eq } from "drizzle-orm";
import { db, type Tx } from "@/db/client";
import { type Connection, projects } from "@/db/schema";
import { failed } from "@/jobs/lifecycle/failure";
import { giveName } from "@/jobs/restore-backup/give-name";
import { hasSchema } from "@/jobs/restore-backup/has-schema";

const taken = (what: string) =>
  failed({ code: "restore_refused", message: `There is a ${what} already.`, hint: "Choose another name." });

/** Fails when a new project cannot have this slug, or this schema in its database. */
export async function requireFree(
  connection: Connection,
  { slug, schemaName }: { slug: string; schemaName: string },
): Promise<void> {
  if (await hasSchema(connection, schemaName)) throw taken(`schema ${schemaName} in this database`);
  const [sameSlug] = await db.select({ id: projects.id }).from(projects).where(eq(projects.slug, slug));
  if (sameSlug) throw taken(`project with the slug ${slug}`);
}

type NewProject = Pick<typeof projects.$inferInsert, "slug" | "name" | "schemaName" | "databaseId">;

/**
 * Makes a project of the schema `beside`, which gets its name last of all, while the project's row and whatever `tell` writes
 * wait to be committed.
 */
export async function placeProject(
  tx: Tx,
  row: NewProject,
  { connection, beside, tell }: { connection: Connection; beside: string; tell(projectId: string): Promise<void> },
): Promise<void> {
  const [project] = await tx.insert(projects).values(row).onConflictDoNothing().returning();
  if (!project) throw taken(`project with the slug ${row.slug} or the schema ${row.schemaName}`);
  await tell(project.id);
  await giveName(connection, beside, row.schemaName);
}
