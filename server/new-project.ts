import { eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { projects } from "@/db/schema";
import { findDatabase } from "@/server/tenant-database";

/** Looks at once for what the job that makes the project would find later. Throws ALREADY_EXISTS and DATABASE_NOT_FOUND. */
export async function requirePlace(tx: Tx, { slug, databaseId }: { slug: string; databaseId?: string }): Promise<void> {
  const [taken] = await tx.select({ id: projects.id }).from(projects).where(eq(projects.slug, slug));
  if (taken) throw new AppError("ALREADY_EXISTS", `There is a project with the slug ${slug} already.`);
  if (databaseId !== undefined) await findDatabase(tx, databaseId);
}
