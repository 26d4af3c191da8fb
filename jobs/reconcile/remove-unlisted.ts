import { and, eq, isNull, or, sql } from "drizzle-orm";
import { db, type Tx } from "@/db/client";
import { backups } from "@/db/schema";
import { type Manifest, parseManifest } from "@/jobs/archive/manifest";
import type { Home } from "@/jobs/home/home";

type Maker = Manifest["job"];

/**
 * Removes a published file that no row lists, or a sidecar without its file, if the attempt that its sidecar names is one
 * to remove. Gives whether it did. Of several that remove under one name, one does so at a time and asks the sidecar
 * anew: once the name is free, an export may have taken it.
 */
export async function removeUnlisted(
  home: Home,
  path: string,
  isToGo: (maker: Maker, tx: Tx) => boolean | Promise<boolean>,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`unlisted:${path}`}, 0))`);
    const maker = parseManifest(await home.readSidecar(path))?.job;
    if (!maker || !(await isToGo(maker, tx))) return false;
    const homeId = await home.id();
    // Of another host it may have the name that ours was to have: the same job, made anew by another attempt.
    const isOurs =
      homeId === null ? undefined : or(isNull(backups.homeId), eq(backups.homeId, homeId), isMadeBy(maker));
    const [row] = await tx
      .select({ id: backups.id })
      .from(backups)
      .where(and(eq(backups.storagePath, path), isOurs));
    if (row) return false;
    // A worker that was stopped between sidecar and file has nothing to publish any more when it goes on.
    await home.discard({ jobId: maker.id, fence: maker.fence });
    await home.remove(path);
    return true;
  });
}

const isMadeBy = ({ id, fence }: Maker) => sql`${backups.manifest} @> ${JSON.stringify({ job: { id, fence } })}::jsonb`;
