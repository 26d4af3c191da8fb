import { lstat, stat } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "@/db/errors";
import { inPlainWords } from "@/jobs/destination/local-problem";
import { plainName } from "@/jobs/destination/pieces";
import { refused, unavailable } from "@/jobs/destination/problem";
import { inside } from "@/jobs/home/path";

/** Where files are written first. It is made once and never removed: a folder without it is not the one that was prepared. */
export const stagingFolder = ".coffer-partial";

/**
 * Every use of a folder begins with this. In the place of a folder whose disk is away, a file would be missed, or put onto
 * the wrong disk. Gives the file's absolute path.
 */
export const guardOf = (folder: string) => {
  const told = inPlainWords(folder);
  return async (name?: string): Promise<string> => {
    const found = await told(stat(path.join(folder, stagingFolder)).catch(nullWhenGone));
    if (!found?.isDirectory()) {
      throw unavailable(
        `The folder ${folder} is not the one that was set up: it is not there, or empty.`,
        "Mount its disk, then retry. If it was emptied on purpose, test the destination anew.",
      );
    }
    if (name === undefined) return folder;
    await told(refuseLinks(folder, plainName(name)));
    return inside(folder, name);
  };
};

/** What is behind a link is not ours, whoever has put it there. */
async function refuseLinks(folder: string, name: string): Promise<void> {
  let at = folder;
  for (const part of name.split("/").slice(0, -1)) {
    at = path.join(at, part);
    const found = await lstat(at).catch(nullWhenGone);
    if (found?.isSymbolicLink()) throw refused(`${at} is a link: Coffer follows none below ${folder}.`);
  }
}

export function nullWhenGone(error: unknown): null {
  if (/^(ENOENT|ENOTDIR)$/.test(codeOf(error) ?? "")) return null;
  throw error;
}
