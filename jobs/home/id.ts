import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { codeOf } from "@/db/errors";
import { homeIdFile } from "@/jobs/home/path";
import { createFile, makeFolder, takeFreeName } from "@/jobs/home/write";

/** The id of a backup folder, by which hosts that do not share one tell theirs apart; null when it has none yet. */
export async function readHomeId(root: string): Promise<string | null> {
  try {
    const text = await readFile(path.join(root, homeIdFile), "utf8");
    return z.uuid().safeParse(text.trim()).data ?? null;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return null;
    throw error;
  }
}

/** The same, and gives it one: of several that do so at once, all get the same. Null where it cannot be written. */
export async function homeIdOf(root: string): Promise<string | null> {
  const draft = path.join(root, `${homeIdFile}.${randomUUID()}`);
  try {
    const known = await readHomeId(root);
    if (known) return known;
    await makeFolder(root);
    await createFile(draft, `${randomUUID()}\n`);
    await takeFreeName(draft, path.join(root, homeIdFile));
    return await readHomeId(root);
  } catch {
    // A full disk, a read-only one, one without links: whoever needs more of it says so. Its files are then anybody's, as of old.
    return null;
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
}
