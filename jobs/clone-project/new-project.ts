import { and, eq, ne, or } from "drizzle-orm";
import { type Db, db, type Tx } from "@/db/client";
import { type Connection, jobs, projects } from "@/db/schema";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import { failed } from "@/jobs/lifecycle/failure";
import { withTenant } from "@/jobs/postgres/connection";
import { dropSchema } from "@/jobs/restore-backup/drop-schema";
import { giveName } from "@/jobs/restore-backup/give-name";
import { hasSchema } from "@/jobs/restore-backup/has-schema";

const taken = (what: string) =>
  failed({ code: "restore_refused", message: `There is a ${what} already.`, hint: "Choose another name." });

type Place = { slug: string; databaseId: string; schemaName: string };

/** What another project has already of what a new one wants, in words; null when nothing. */
export async function takenByProject(tx: Tx | Db, { slug, databaseId, schemaName }: Place): Promise<string | null> {
  const sameSchema = and(eq(projects.databaseId, databaseId), eq(projects.schemaName, schemaName));
  const [other] = await tx
    .select({ slug: projects.slug })
    .from(projects)
    .where(or(eq(projects.slug, slug), sameSchema));
  if (!other) return null;
  return other.slug === slug ? `project with the slug ${slug}` : `project for the schema ${schemaName}, ${other.slug},`;
}

/** Fails when a new project cannot have this slug, or this schema in its database. */
export async function requireFree(connection: Connection, place: Place): Promise<void> {
  if (await hasSchema(connection, place.schemaName)) throw taken(`schema ${place.schemaName} in this database`);
  const what = await takenByProject(db, place);
  if (what) throw taken(what);
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
