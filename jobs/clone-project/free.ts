import { eq } from "drizzle-orm";
import { db } from "@/db/client";
import { type Connection, projects } from "@/db/schema";
import { failed } from "@/jobs/lifecycle/failure";
import { hasSchema } from "@/jobs/restore-backup/has-schema";

export const taken = (what: string) =>
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
