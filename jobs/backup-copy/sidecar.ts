import path from "node:path";
import { and, eq, isNotNull, isNull } from "drizzle-orm";
import { db } from "@/db/client";
import { backupCopies } from "@/db/schema";
import { encryptAge } from "@/jobs/archive/age/encrypt";
import type { Manifest } from "@/jobs/archive/manifest";
import { beginDraft, type Found, freeName, noteDraft } from "@/jobs/backup-copy/draft";
import type { BackupRow, Placement } from "@/jobs/backup-copy/place";
import type { Placed } from "@/jobs/destination/destination";
import { sidecarSuffix } from "@/jobs/home/path";
import type { RunContext } from "@/jobs/lifecycle/execute";

/**
 * Puts the backup's manifest beside the file of a copy, which explains itself without Coffer by it. It names tables, so that of an encrypted
 * file is encrypted for the same keys. Null where nothing is found by its name, and so nothing lies beside anything.
 */
export async function putSidecar(
  { job, signal }: Pick<RunContext, "job" | "signal">,
  placement: Placement,
  file: Placed,
): Promise<Found | null> {
  const { backup, destination, destinationId } = placement;
  if (destination.list() === null) return null;
  const recipients = (backup.manifest as Manifest).file?.encryption?.recipients;
  const wanted = file.name + sidecarSuffix + (recipients ? ".age" : "");
  const earlier = await findEarlier(placement, { jobId: job.id, wanted });
  if (earlier) return earlier;
  const name = await freeName(placement, wanted);
  const draftId = await beginDraft(job, destinationId, name);
  const text = once(contentsOf(backup, file));
  const bytes = recipients ? encryptAge(text, { recipients }) : text;
  const placed = await destination.put(name, bytes, { signal, sizeBytes: null });
  await noteDraft(draftId, placed);
  return { placed, toldBy: { draftId } };
}

/** The one that the copy has already, or that an earlier attempt has put. */
async function findEarlier(
  { copy, destination }: Placement,
  { jobId, wanted }: { jobId: string; wanted: string },
): Promise<Found | null> {
  const drafts = await db
    .select()
    .from(backupCopies)
    .where(
      and(
        and(eq(backupCopies.jobId, jobId), isNull(backupCopies.backupId)),
        and(eq(backupCopies.name, wanted), isNotNull(backupCopies.sizeBytes)),
      ),
    );
  const noted: Found[] = drafts.map(({ id, name, sizeBytes, locator }) => ({
    placed: { name, sizeBytes: sizeBytes ?? 0, locator },
    toldBy: { draftId: id },
  }));
  const own: Found[] = copy.sidecar?.name === wanted ? [{ placed: copy.sidecar, toldBy: "copy" }] : [];
  for (const found of [...own, ...noted]) {
    if ((await destination.size(found.placed)) === found.placed.sizeBytes) return found;
  }
  return null;
}

/** Whoever brings both into a backup folder finds them under the name that the copy has. */
function contentsOf({ manifest }: BackupRow, { name }: Placed): Buffer {
  const { file, ...rest } = manifest as Manifest;
  return Buffer.from(JSON.stringify({ ...rest, file: { ...file, name: path.posix.basename(name) } }, null, 2));
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
