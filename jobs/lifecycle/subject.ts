import { eq, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { type Connection, databases, projects } from "@/db/schema";
import { failed } from "@/jobs/lifecycle/failure";

/** The project that a job is about, and where its data are. */
export type Subject = {
  projectId: string;
  slug: string;
  name: string;
  schema: string;
  databaseId: string;
  databaseName: string;
  connection: Connection;
};

/** The project as it is now. Fails for one that is gone, or not there yet. */
export async function loadSubject(projectId: string | null): Promise<Subject> {
  const [row] = await db
    .select({
      projectId: projects.id,
      slug: projects.slug,
      name: projects.name,
      schema: projects.schemaName,
      databaseId: databases.id,
      databaseName: databases.name,
      connection: databases.connection,
    })
    .from(projects)
    .innerJoin(databases, eq(databases.id, projects.databaseId))
    .where(eq(projects.id, projectId ?? sql`null`));
  if (!row) throw failed({ code: "schema_gone", message: "The project was removed." });
  return row;
}
