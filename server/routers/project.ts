import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { z } from "zod";
import { type Actor, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { backups, databases, projectMembers, projects } from "@/db/schema";
import { isGood } from "@/jobs/backup-copy/good";
import { addProjects } from "@/jobs/discovery/add-projects";
import { fallsOf } from "@/jobs/fall/falls";
import { listSchemas } from "@/server/tenant-database";
import {
  adminProcedure,
  findProject,
  type Permission,
  projectProcedure,
  projectRef,
  router,
  userProcedure,
} from "@/server/trpc";

const newProject = z.strictObject({
  schemaName: z.string().min(1).max(63),
  slug: projectRef,
  name: z.string().trim().min(1).max(100),
});

export const projectRouter = router({
  /** All projects that the caller may see, with their health: the last backup, the last failure, what runs now. */
  list: userProcedure.query(({ ctx }) => projectsWithHealth(ctx.user)),

  /** One project with its health. */
  get: projectProcedure("view").query(async ({ ctx }) => {
    const [health] = await projectsWithHealth(ctx.user, ctx.project.id);
    if (!health) throw new AppError("PROJECT_NOT_FOUND", "There is no such project.");
    return { ...health, permissions: ctx.project.permissions };
  }),

  /** The schemas of a database, with the project that each belongs to, if any. */
  discover: adminProcedure.input(z.object({ databaseId: z.uuid() })).query(async ({ input }) => {
    const taken = await db
      .select({ schemaName: projects.schemaName, slug: projects.slug })
      .from(projects)
      .where(eq(projects.databaseId, input.databaseId));
    const slugs = new Map(taken.map((project) => [project.schemaName, project.slug]));
    const schemas = await listSchemas(input.databaseId);
    return schemas.map((schema) => ({ ...schema, projectSlug: slugs.get(schema.name) ?? null }));
  }),

  /** Makes schemas of a database into projects. All or none. */
  add: adminProcedure
    .input(z.strictObject({ databaseId: z.uuid(), projects: z.array(newProject).min(1).max(500) }))
    .mutation(async ({ ctx, input }) => {
      const known = new Set((await listSchemas(input.databaseId)).map((schema) => schema.name));
      const unknown = input.projects.find((project) => !known.has(project.schemaName));
      if (unknown) throw new AppError("VALIDATION_ERROR", `The database has no schema ${unknown.schemaName}.`);
      return db.transaction(async (tx) => {
        const made = await addProjects(tx, ctx.origin, input);
        const missing = input.projects.find((project) => !made.some((row) => row.slug === project.slug));
        if (missing)
          throw new AppError(
            "ALREADY_EXISTS",
            `There is a project with the slug ${missing.slug} or the schema ${missing.schemaName} already.`,
          );
        return made.map(({ id, slug }) => ({ id, slug }));
      });
    }),

  /** Changes what people call it. */
  rename: projectProcedure("manage")
    .input(z.strictObject({ projectId: projectRef, name: z.string().trim().min(1).max(100) }))
    .mutation(async ({ ctx, input }) => {
      await db.transaction(async (tx) => {
        await tx.update(projects).set({ name: input.name }).where(eq(projects.id, ctx.project.id));
        await recordAudit(tx, ctx.origin, {
          action: "project.renamed",
          subject: { kind: "project", id: ctx.project.id },
          projectId: ctx.project.id,
          details: { from: ctx.project.name, to: input.name },
        });
      });
      return findProject(ctx.user, ctx.project.id);
    }),
});

type LastBackup = {
  id: string;
  createdAt: string;
  sizeBytes: number;
  originalBytes: number;
  rowCount: number;
  tableCount: number;
};
type LastExport = {
  id: string;
  status: string;
  errorCode: string | null;
  errorMessage: string | null;
  finishedAt: string;
};

async function projectsWithHealth(user: Actor, projectId?: string) {
  const found = await readHealth(user, projectId);
  const falls = await fallsOf(found.flatMap(({ lastBackup }) => lastBackup?.id ?? []));
  return found.map(({ lastBackup, ...project }) => ({
    ...project,
    lastBackup: lastBackup && { ...lastBackup, fall: falls.get(lastBackup.id) ?? null },
  }));
}

/** Whether the user may do that in the project of the statement. */
const isAllowed = (user: Actor, needed: Permission) => sql<boolean>`(${user.role === "admin"} or exists (
  select from control_plane.project_members m
  where m.project_id = ${projects.id} and m.user_id = ${user.id} and ${needed} = any (m.permissions)))`;

/** Newest first by index: one look-up per project, however many backups there are. */
function readHealth(user: Actor, projectId?: string) {
  const mine = db
    .select({ id: projectMembers.projectId })
    .from(projectMembers)
    .where(eq(projectMembers.userId, user.id));
  return db
    .select({
      id: projects.id,
      slug: projects.slug,
      name: projects.name,
      schemaName: projects.schemaName,
      databaseId: projects.databaseId,
      databaseName: databases.name,
      createdAt: projects.createdAt,
      lastBackup: sql<LastBackup | null>`(
        select json_build_object('id', b.id, 'createdAt', b.created_at, 'sizeBytes', b.size_bytes, 'originalBytes', b.original_bytes,
          'rowCount', b.row_count, 'tableCount', b.table_count)
        from control_plane.backups b where b.project_id = ${projects.id} and ${isGood(alias(backups, "b"))}
        order by b.created_at desc, b.id desc limit 1)`,
      lastExport: sql<LastExport | null>`(
        select json_build_object('id', j.id, 'status', j.status, 'errorCode', j.error_code, 'errorMessage', j.error_message, 'finishedAt', j.finished_at)
        from control_plane.jobs j where j.project_id = ${projects.id} and j.kind = 'export_backup' and j.finished_at is not null and j.status <> 'cancelled'
        order by j.created_at desc, j.id desc limit 1)`,
      runningJobs: sql<number>`(
        select count(*)::int from control_plane.jobs j where j.project_id = ${projects.id} and j.kind = 'export_backup' and j.finished_at is null)`,
      storedBytes: sql<number>`(
        select coalesce(sum(b.size_bytes), 0)::float8 from control_plane.backups b where b.project_id = ${projects.id})`,
      backupCount: sql<number>`(select count(*)::int from control_plane.backups b where b.project_id = ${projects.id})`,
      canExport: isAllowed(user, "export"),
      canRestore: isAllowed(user, "restore"),
      canSchedule: sql<boolean>`(${isAllowed(user, "manage")} and ${isAllowed(user, "export")})`,
    })
    .from(projects)
    .innerJoin(databases, eq(databases.id, projects.databaseId))
    .where(
      and(
        user.role === "admin" ? undefined : inArray(projects.id, mine),
        projectId ? eq(projects.id, projectId) : undefined,
      ),
    )
    .orderBy(asc(projects.name), asc(projects.slug));
}
