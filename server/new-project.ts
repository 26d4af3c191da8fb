import type { Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { takenByProject } from "@/jobs/clone-project/new-project";
import { findDatabase } from "@/server/tenant-database";

/** Looks at once for what the job that makes the project would find later. Throws ALREADY_EXISTS and DATABASE_NOT_FOUND. */
export async function requirePlace(
  tx: Tx,
  place: { slug: string; databaseId: string; schemaName: string },
): Promise<void> {
  await findDatabase(tx, place.databaseId);
  const taken = await takenByProject(tx, place);
  if (taken) throw new AppError("ALREADY_EXISTS", `There is a ${taken} already.`);
}
