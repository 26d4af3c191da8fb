import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { and, eq, isNotNull } from "drizzle-orm";
import { db } from "@/db/client";
import { backupCopies, type CopyStatus, type DestinationSettings, destinations } from "@/db/schema";
import { openDestination } from "@/jobs/destination/open";
import { testEnv } from "@/jobs/testing/env";
import type { Backup } from "@/jobs/testing/export-job";
import { unique } from "@/jobs/testing/tenant";

/** A destination that was just seen to work. */
export async function addDestination(settings: DestinationSettings): Promise<{ id: string; name: string }> {
  const [row] = await db
    .insert(destinations)
    .values({ name: `place ${unique()}`, kind: settings.kind, settings, checkedAt: new Date() })
    .returning();
  if (!row) throw new Error("no destination");
  return row;
}

/** A destination that is a folder. */
export async function addFolder(): Promise<{ id: string; name: string; folder: string }> {
  const settings = { kind: "local" as const, folder: path.join(testEnv.folder, `vault-${unique()}`) };
  await openDestination(settings).prepare();
  return { ...(await addDestination(settings)), folder: settings.folder };
}

/** Says that a destination does not work, or that it does again. */
export const callUnhealthy = (id: string, problem: string | null = "away") =>
  db
    .update(destinations)
    .set({ unhealthySince: problem === null ? null : new Date(), problem })
    .where(eq(destinations.id, id));

/** The copies at a destination, without what is only being put there, or to be removed. */
export const copiesAt = ({ id }: { id: string }) =>
  db
    .select()
    .from(backupCopies)
    .where(and(eq(backupCopies.destinationId, id), isNotNull(backupCopies.backupId)));

/** A copy of the backup in a folder of its own or in this one, as a job that is over has left it. */
export async function addCopy(backup: Backup, at: { folder?: { id: string; folder: string }; status?: CopyStatus }) {
  const { folder = await addFolder(), status = "stored" } = at;
  const { id: backupId, storagePath: name, sizeBytes } = backup;
  const file = path.join(folder.folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, Buffer.alloc(sizeBytes));
  const checkedAt = new Date();
  const row = { backupId, destinationId: folder.id, name, sizeBytes, status, checkedAt };
  const [copy] = await db.insert(backupCopies).values(row).returning();
  if (!copy) throw new Error("no copy");
  return { ...copy, file };
}
