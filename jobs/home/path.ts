import path from "node:path";
import { codeOf } from "@/db/errors";

/** Where files are written before they are published. */
export const stagingFolder = ".partial";
/** Says which backup folder it is. */
export const homeIdFile = ".coffer-home";
export const sidecarSuffix = ".manifest.json";

/** The absolute path of a file of this home. Throws for one that leads out of it. */
export function inside(root: string, file: string): string {
  const absolute = path.resolve(root, file);
  if (!absolute.startsWith(path.resolve(root) + path.sep)) throw new Error("a path leads out of the backup folder");
  return absolute;
}

/** What a folder holds that is not there. */
export function noneWithoutFolder(error: unknown): never[] {
  if (codeOf(error) === "ENOENT") return [];
  throw error;
}
