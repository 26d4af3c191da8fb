import { AppError } from "@/db/errors";
import type { backups } from "@/db/schema";
import { openAge } from "@/jobs/archive/age/open";
import { withKept } from "@/jobs/archive/open";
import { openStored } from "@/server/stored-file";
import { keysFor } from "@/server/supplied-keys";

type Key = { identity?: string; passphrase?: string };

/**
 * Opens the file of an encrypted backup with the key given, else with one that the server keeps. Its end is checked at once.
 * Throws VALIDATION_ERROR when it is not encrypted, WRONG_KEY, BACKUP_CORRUPT, and as `openStored` does. Whoever calls closes it.
 */
export async function openDecrypted(backup: typeof backups.$inferSelect, key: Key) {
  if (!backup.encrypted) throw new AppError("VALIDATION_ERROR", "This backup is not encrypted. Download it as it is.");
  const keys = await withKept(keysFor(backup, key) ?? {}, backup.recipients);
  const file = await openStored(backup);
  const close = () => file.close();
  try {
    const { size, read } = await openAge(file, keys);
    return { filename: backup.filename.replace(/\.age$/, ""), size, read, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
