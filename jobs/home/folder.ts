import { readdir, readFile, rm, statfs, unlink } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "@/db/errors";
import type { Attempt, Home, Staged } from "@/jobs/home/home";
import { homeIdOf } from "@/jobs/home/id";
import { inside, noneWithoutFolder, sidecarSuffix, stagingFolder } from "@/jobs/home/path";
import { listFiles, readFileOf, statFile } from "@/jobs/home/published";
import { createFile, makeFolder, numbered, syncFolder, takeFreeName, writeNewFile } from "@/jobs/home/write";

/** A folder of this machine, or one that it has mounted. Files are 0600, folders 0700. */
export function homeFolder(root: string): Home {
  const staging = path.join(root, stagingFolder);
  const partial = ({ jobId, fence }: Attempt) => path.join(staging, `${jobId}.${fence}`);
  return {
    id: () => homeIdOf(root),
    async stage(attempt) {
      await makeFolder(staging);
      return stageFile(root, partial(attempt));
    },
    async freeBytes() {
      await makeFolder(root);
      const { bavail, bsize } = await statfs(root);
      return bavail * bsize;
    },
    async discard({ jobId, fence }) {
      const mine = (await unfinished(staging)).filter((piece) => piece.jobId === jobId && piece.fence <= fence);
      for (const piece of mine) await rm(partial(piece), { force: true });
    },
    unfinished: () => unfinished(staging),
    async published(prefix) {
      const names = await readdir(path.dirname(inside(root, prefix))).catch(noneWithoutFolder);
      const own = names.filter((name) => name.startsWith(path.basename(prefix)) && name.endsWith(sidecarSuffix));
      return own
        .map((name) => path.posix.join(path.posix.dirname(prefix), name.slice(0, -sidecarSuffix.length)))
        .sort();
    },
    // Files are published by way of the staging folder, and it is never removed.
    isThere: async () => (await statFile(root, stagingFolder)) !== null,
    list: () => listFiles(root),
    stat: (file) => statFile(root, file),
    read: (file) => readFileOf(root, file),
    async readSidecar(file) {
      try {
        return await readFile(inside(root, file) + sidecarSuffix, "utf8");
      } catch (error) {
        if (codeOf(error) === "ENOENT") return null;
        throw error;
      }
    },
    giveUp: (file) => rm(inside(root, file), { force: true }),
    async remove(file) {
      await rm(inside(root, file), { force: true });
      await rm(inside(root, file) + sidecarSuffix, { force: true });
    },
  };
}

async function stageFile(root: string, partial: string): Promise<Staged> {
  const written = await writeNewFile(partial);
  return {
    file: { descriptor: written.descriptor, path: partial },
    flush: written.flush,
    write: written.write,
    async publish(wanted, sidecar) {
      await written.finish();
      await makeFolder(path.dirname(inside(root, wanted)));
      for (let n = 1; ; n++) {
        const given = numbered(wanted, n);
        if (!(await takeName(partial, inside(root, given), sidecar(given)))) continue;
        await unlink(partial);
        await syncFolder(path.dirname(inside(root, given)));
        return given;
      }
    },
    async [Symbol.asyncDispose]() {
      await written[Symbol.asyncDispose]();
      await rm(partial, { force: true });
    },
  };
}

/** Gives the file its final name, its sidecar first, unless one of the two is there already. */
async function takeName(partial: string, final: string, sidecar: string): Promise<boolean> {
  if (!(await createFile(final + sidecarSuffix, sidecar))) return false;
  let isOurs = false;
  try {
    isOurs = await takeFreeName(partial, final);
  } finally {
    if (!isOurs) await unlink(final + sidecarSuffix);
  }
  return isOurs;
}

async function unfinished(staging: string): Promise<Attempt[]> {
  const names = await readdir(staging).catch(noneWithoutFolder);
  return names.flatMap((name) => {
    const match = /^([0-9a-f-]{36})\.(\d+)$/.exec(name);
    return match?.[1] ? [{ jobId: match[1], fence: Number(match[2]) }] : [];
  });
}
