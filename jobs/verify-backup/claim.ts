import { eq } from "drizzle-orm";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import type { AgeKeys } from "@/jobs/archive/age/file-key";
import { dumpFormatOf } from "@/jobs/archive/dump-format";
import { type Manifest, manifestSchema } from "@/jobs/archive/manifest";
import { jobsEnv } from "@/jobs/env";
import { inside } from "@/jobs/home/path";
import { failed } from "@/jobs/lifecycle/failure";
import type { Claimed } from "@/jobs/verify-backup/archive";

/** What a backup's row says of its file, and its manifest, with the keys to open it. Fails with `backup_gone` when there is no such row any more. */
export async function loadClaim(
  backupId: string,
  keys: AgeKeys = {},
): Promise<{ claimed: Claimed; manifest: Manifest }> {
  const [backup] = await db.select().from(backups).where(eq(backups.id, backupId));
  if (!backup) throw failed({ code: "backup_gone", message: "The backup was deleted." });
  const manifest = manifestSchema.parse(backup.manifest);
  const { format, sizeBytes, originalBytes, sha256, storagePath } = backup;
  const archive = { ...manifest.file, path: inside(jobsEnv().BACKUP_DIR, storagePath) };
  const claimed: Claimed = { archive, keys, format: dumpFormatOf(format), sizeBytes, originalBytes, sha256 };
  return { claimed, manifest };
}
