import { and, eq, ne } from "drizzle-orm";
import { db, type Tx } from "@/db/client";
import { type Connection, jobs, projects } from "@/db/schema";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import { failed } from "@/jobs/lifecycle/failure";
import { withTenant } from "@/jobs/postgres/connection";
import { dropSchema } from "@/jobs/restore-backup/drop-schema";
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
 * Notes in the job which schema is about to get its name. The tenant's database and ours do not commit together: when a worker
 * ends between the two, whoever cleans up after it knows the schema by its oid.
 */
export async function announceSchema(job: ClaimedJob, connection: Connection, beside: string): Promise<void> {
  const oid = await withTenant(connection, "coffer:clone", async (sql) => {
    const [schema] = await sql<
      { oid: number }[]
    >`select oid::int8::float8 as oid from pg_namespace where nspname = ${beside}`;
    return schema?.oid;
  });
  await db
    .update(jobs)
    .set({ placingOid: oid })
    .where(and(eq(jobs.id, job.id), eq(jobs.fence, job.fence)));
}

/** Drops the schema that was announced and has got its name, when its project did not come to be. */
export async function dropHomeless(job: ClaimedJob, connection: Connection, name: string): Promise<void> {
  const [row] = await db
    .select({ oid: jobs.placingOid })
    .from(jobs)
    .where(and(eq(jobs.id, job.id), ne(jobs.status, "completed")));
  const oid = row?.oid;
  if (oid == null) return;
  await withTenant(connection, "coffer:clone", async (sql) => {
    const [found] = await sql`select from pg_namespace where oid = ${oid}::oid and nspname = ${name}`;
    if (found) await dropSchema(sql, name);
  });
}

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
