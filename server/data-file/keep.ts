import { type Origin, recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { dataFiles } from "@/db/schema";
import { expiresAt } from "@/jobs/data-file/expiry";
import type { Written } from "@/server/receive-file";

export type DataFile = typeof dataFiles.$inferSelect;
export type Arrival = { id: string; filename: string; projectId: string; origin: Origin };

/** Writes down a file of rows that has arrived whole. Null when it has been written down before. */
export async function keepDataFile(
  tx: Tx,
  { id, filename, projectId, origin }: Arrival,
  written: Written,
): Promise<DataFile | null> {
  const row = { id, projectId, filename, ...written, uploadedBy: origin.actor?.id };
  const [file] = await tx.insert(dataFiles).values(row).onConflictDoNothing().returning();
  if (!file) return null;
  const details = { filename, ...written };
  await recordAudit(tx, origin, { action: "data.uploaded", subject: { kind: "data_file", id }, projectId, details });
  return file;
}

/** A file of rows as the API tells of it. */
export const dataFileAnswer = ({ id, filename, sizeBytes, sha256, createdAt }: DataFile) => ({
  file_id: id,
  filename,
  size_bytes: sizeBytes,
  sha256,
  expires_at: expiresAt(createdAt).toISOString(),
});
