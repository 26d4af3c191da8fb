import path from "node:path";
import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { backupCopies } from "@/db/schema";
import { encryptAge } from "@/jobs/archive/age/encrypt";
import type { Manifest } from "@/jobs/archive/manifest";
import { beginDraft, type Found, isTaken, noteDraft, type Sidecar } from "@/jobs/backup-copy/draft";
import type { BackupRow, Placement } from "@/jobs/backup-copy/place";
import { isUnderway } from "@/jobs/backup-copy/start";
import type { Placed } from "@/jobs/destination/destination";
import { sidecarSuffix } from "@/jobs/home/path";
import type { RunContext } from "@/jobs/lifecycle/execute";

/** In SQL: there is no manifest beside the copy, or nobody has seen it there. */
export const lacksSidecar = sql`(${backupCopies.sidecar} is null or ${backupCopies.sidecar} -> 'isOwed' is not null)`;

type Named = Pick<Placed, "name">;
type Beside = Pick<Placement, "backup" | "copy" | "destination">;
type Context = Pick<RunContext, "job" | "signal">;

/**
 * Puts the backup's manifest beside the file of a copy, which explains itself without Coffer by it. It names tables, so that of an encrypted
 * file is encrypted for the same keys. Null where nothing is found by its name, and so nothing lies beside anything, and where it cannot be
 * put: the copy is whole without it.
 */
export async function putSidecar(context: Context, placement: Placement, file: Placed): Promise<Found<Sidecar> | null> {
  if (placement.destination.list() === null) return null;
  try {
    return await put(context, placement, file);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error === "lost") throw error;
    const { id: copyId, name, sidecar } = placement.copy;
    log.warn({ error, copyId }, "the manifest of a copy could not be put beside it");
    return sidecar && name === file.name ? { placed: { ...sidecar, isOwed: true }, toldBy: "copy" } : null;
  }
}

async function put({ job, signal }: Context, placement: Placement, file: Placed): Promise<Found<Sidecar>> {
  const { backup, copy, destination, destinationId } = placement;
  const isThere = async (placed: Placed) => (await destination.size(placed)) === placed.sizeBytes;
  if (copy.sidecar && copy.name === file.name && (await isThere(copy.sidecar)))
    return { placed: seen(copy.sidecar), toldBy: "copy" };
  const earlier = await earlierDraft(job.id, file);
  if (earlier && (await isThere(earlier.placed))) return { placed: earlier.placed, toldBy: { draftId: earlier.id } };
  const bytes = await contentsOf(backup, file);
  const begun = earlier && (await destination.size(earlier.placed)) === null ? earlier : null;
  const name = begun?.placed.name ?? (await freeNameBeside(placement, file));
  const draftId = begun?.id ?? (await beginDraft(job, { destinationId, name, sizeBytes: bytes.length }));
  const placed = await destination.put(name, once(bytes), { signal, sizeBytes: bytes.length });
  await noteDraft(draftId, placed);
  return { placed, toldBy: { draftId } };
}

/**
 * Puts the manifest beside a copy that was just seen to be there, where it is not: the copy is older than manifests are, or somebody has tidied
 * up. The copy's row tells of it first, so that whatever becomes of the put it goes with the copy.
 */
export async function mendSidecar({ backup, copy, destination }: Beside, signal: AbortSignal): Promise<void> {
  if (destination.list() === null) return;
  const before = copy.sidecar;
  const size = before && (await destination.size(before));
  if (before && size === before.sizeBytes) {
    if (before.isOwed) await tell(copy.id, before, seen(before));
    return;
  }
  const bytes = await contentsOf(backup, copy);
  const isFree = before !== null && size === null;
  const name = isFree ? before.name : await freeNameBeside({ backup, copy, destination }, copy);
  const told: Sidecar = { name, sizeBytes: bytes.length, locator: null, isOwed: true };
  if (!(await tell(copy.id, before, told))) return;
  const placed = await destination.put(name, once(bytes), { signal, sizeBytes: bytes.length });
  // Its row, and what that told of, may have gone meanwhile.
  if (!(await tell(copy.id, told, placed))) await destination.remove(placed, signal);
}

/**
 * Whether the row of a copy now tells of this sidecar: it did of the one before, and no job is at the copy. It counts as looked for anew, so
 * that no other worker takes what is only being put for what is there.
 */
async function tell(id: string, before: Sidecar | null, sidecar: Sidecar): Promise<boolean> {
  const isAsBefore = before
    ? sql`${backupCopies.sidecar} = ${JSON.stringify(before)}::jsonb`
    : isNull(backupCopies.sidecar);
  const told = await db
    .update(backupCopies)
    .set({ sidecar, checkedAt: sql`now()` })
    .where(and(and(eq(backupCopies.id, id), isNotNull(backupCopies.backupId)), isAsBefore, sql`not ${isUnderway}`))
    .returning({ id: backupCopies.id });
  return told.length > 0;
}

const seen = ({ name, sizeBytes, locator }: Sidecar): Placed => ({ name, sizeBytes, locator });

const nameBeside = (file: Named, n: number) =>
  `${file.name}${n === 1 ? sidecarSuffix : sidecarSuffix.replace(".json", `-${n}.json`)}`;

/** The first name that neither a row tells of nor anything there has: that is how much a draft may say before its file is put. */
async function freeNameBeside({ backup, copy, destination }: Beside, file: Named): Promise<string> {
  for (let n = 1; ; n++) {
    const name = nameBeside(file, n) + (recipientsOf(backup) ? ".age" : "");
    if (await isTaken(copy, name)) continue;
    if ((await destination.size({ name, sizeBytes: 0, locator: null })) === null) return name;
  }
}

/** What an earlier attempt has put, or was about to. */
async function earlierDraft(jobId: string, file: Placed): Promise<{ id: string; placed: Placed } | undefined> {
  const drafts = await db
    .select()
    .from(backupCopies)
    .where(and(eq(backupCopies.jobId, jobId), isNull(backupCopies.backupId), isNotNull(backupCopies.sizeBytes)));
  const front = nameBeside(file, 1).slice(0, -".json".length);
  const [found] = drafts.filter(({ name }) => name.startsWith(front));
  if (!found) return undefined;
  const { id, name, sizeBytes, locator } = found;
  return { id, placed: { name, sizeBytes: sizeBytes ?? 0, locator } };
}

const recipientsOf = ({ manifest }: BackupRow) => (manifest as Manifest).file?.encryption?.recipients;

/** Whoever brings both into a backup folder finds them under the name that the copy has. */
async function contentsOf(backup: BackupRow, { name }: Named): Promise<Buffer> {
  const { file, ...rest } = backup.manifest as Manifest;
  const text = JSON.stringify({ ...rest, file: { ...file, name: path.posix.basename(name) } }, null, 2);
  const recipients = recipientsOf(backup);
  if (!recipients) return Buffer.from(text);
  const sealed: Buffer[] = [];
  for await (const piece of encryptAge(once(Buffer.from(text)), { recipients })) sealed.push(piece);
  return Buffer.concat(sealed);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
