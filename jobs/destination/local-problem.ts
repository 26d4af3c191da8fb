import { statfs } from "node:fs/promises";
import { codeOf } from "@/db/errors";
import { destinationFull, refused, unavailable } from "@/jobs/destination/problem";

const hint = "Make the folder writable for the user that Coffer runs as, then retry.";

/** What goes wrong in a folder, for people. `needed` says how many bytes it should have taken. */
export const inPlainWords =
  (folder: string) =>
  async <T>(work: Promise<T>, needed: () => number | null = () => null): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw (await problemOf(error, folder, needed())) ?? error;
    }
  };

async function problemOf(error: unknown, folder: string, needed: number | null): Promise<Error | undefined> {
  if (error instanceof Error && "failure" in error) return undefined;
  switch (codeOf(error)) {
    case "ENOSPC":
    case "EDQUOT": {
      const free = await statfs(folder).catch(() => null);
      return destinationFull(`The disk of ${folder}`, needed, free && free.bavail * free.bsize);
    }
    case "EACCES":
    case "EPERM":
      return refused(`Coffer may not read or write in the folder ${folder}: permission denied.`, hint);
    case "EROFS":
      return refused(`The folder ${folder} is on a disk that is mounted read-only.`, "Mount it writable, then retry.");
    case "ENOTDIR":
    case "EISDIR":
      return refused(`Something that is no folder stands where ${folder} needs one.`);
    case "ENAMETOOLONG":
      return refused(`The name of the file is too long for the folder ${folder}.`);
    case "EFBIG":
      return refused(`The file is too large for the file system of ${folder}.`);
    case "EIO":
    case "ESTALE":
    case "ENODEV":
    case "ENOTCONN":
    case "EHOSTDOWN":
    case "ETIMEDOUT":
    case "ENXIO":
      return unavailable(`The disk of ${folder} does not answer (${codeOf(error)}).`);
    case "ENOENT":
      return unavailable(`The folder ${folder} is not there.`, "Mount its disk, or make the folder, then retry.");
    default:
      return undefined;
  }
}
