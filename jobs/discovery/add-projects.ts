import { type Origin, recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { projects } from "@/db/schema";

type NewProject = Pick<typeof projects.$inferInsert, "schemaName" | "slug" | "name">;

/** Makes schemas of a database into projects: those that are none yet, and whose slugs are free. Gives the projects that were made. */
export async function addProjects(tx: Tx, origin: Origin, wanted: { databaseId: string; projects: NewProject[] }) {
  if (wanted.projects.length === 0) return [];
  const rows = wanted.projects.map((project) => ({ ...project, databaseId: wanted.databaseId }));
  const made = await tx.insert(projects).values(rows).onConflictDoNothing().returning();
  for (const project of made) {
    await recordAudit(tx, origin, {
      action: "project.added",
      subject: { kind: "project", id: project.id },
      projectId: project.id,
      details: { slug: project.slug, schema: project.schemaName },
    });
  }
  return made.map(({ id, slug, schemaName }) => ({ id, slug, schemaName }));
}
