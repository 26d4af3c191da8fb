import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { AppError, codeOf } from "@/db/errors";
import type { backups } from "@/db/schema";
import { jobsEnv } from "@/jobs/env";
import { isElsewhere } from "@/jobs/home/living";
import { inside } from "@/jobs/home/path";
import { markBackup } from "@/jobs/reconcile/mark";

/**
 * Opens the file as it was listed; a symbolic link or another size means that somebody has meddled. Throws BACKUP_CORRUPT
 * then, BACKUP_NOT_FOUND when it is gone, and BACKUP_ELSEWHERE when it is at a destination only, or on another host.
 */
export async function openStored(backup: typeof backups.$inferSelect): Promise<FileHandle> {
  const corrupt = async (because: string) => {
    if (await isElsewhere(backup)) return elsewhere();
    if (backup.status !== "corrupt") await markBackup(backup, { status: "corrupt", because });
    return new AppError("BACKUP_CORRUPT", "The file of this backup was changed after it was made. Do not use it.");
  };
  if (backup.movedAt)
    throw new AppError(
      "BACKUP_ELSEWHERE",
      "The file of this backup is kept at a destination only. Bring it back first.",
    );
  let file: FileHandle;
  try {
    file = await open(
      inside(jobsEnv().BACKUP_DIR, backup.storagePath),
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0),
    );
  } catch (error) {
    if (codeOf(error) === "ELOOP") throw await corrupt("a link has taken its file's place");
    if (codeOf(error) !== "ENOENT") throw error;
    if (await isElsewhere(backup)) throw elsewhere();
    if (backup.status !== "missing") await markBackup(backup, { status: "missing", because: "its file is gone" });
    throw new AppError("BACKUP_NOT_FOUND", "The file of this backup is no longer where it was stored.");
  }
  const { size } = await file.stat();
  if (size === backup.sizeBytes && backup.status !== "corrupt") return file;
  await file.close();
  throw await corrupt(`its file has ${size} bytes instead of ${backup.sizeBytes}`);
}

const elsewhere = () =>
  new AppError(
    "BACKUP_ELSEWHERE",
    "The file of this backup is in the backup folder of another host. Copy it to a destination, and download it from there.",
  );
