import { type FileHandle, link, mkdir, open, readdir, readFile, rm, statfs, unlink } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "@/db/errors";
import type { Attempt, Home, Staged } from "@/jobs/home/home";
import { inside, noneWithoutFolder, sidecarSuffix, stagingFolder } from "@/jobs/home/path";
import { listFiles, readFileOf, statFile } from "@/jobs/home/published";

/** Small pieces are gathered: one write of 1 MiB costs far less than sixteen of 64 KiB. */
const gatherBytes = 1024 * 1024;

/** A folder of this machine, or one that it has mounted. Files are 0600, folders 0700. */
export function homeFolder(root: string): Home {
  const staging = path.join(root, stagingFolder);
  const partial = ({ jobId, fence }: Attempt) => path.join(staging, `${jobId}.${fence}`);
  return {
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
    async remove(file) {
      await rm(inside(root, file), { force: true });
      await rm(inside(root, file) + sidecarSuffix, { force: true });
    },
  };
}

async function stageFile(root: string, partial: string): Promise<Staged> {
  const file = await open(partial, "wx", 0o600);
  let gathered: Buffer[] = [];
  let gatheredBytes = 0;
  async function flush() {
    const chunks = gathered;
    gathered = [];
    gatheredBytes = 0;
    if (chunks.length > 0) await writeAll(file, chunks);
  }
  return {
    file: { descriptor: file.fd, path: partial },
    flush,
    async write(chunk) {
      gathered.push(chunk);
      gatheredBytes += chunk.length;
      if (gatheredBytes >= gatherBytes) await flush();
    },
    async publish(wanted, sidecar) {
      await flush();
      await file.sync();
      await file.close();
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
      await file.close();
      await rm(partial, { force: true });
    },
  };
}

async function writeAll(file: FileHandle, chunks: Buffer[]) {
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const { bytesWritten } = await file.writev(chunks);
  // A full disk may take a part without an error; the rest then gives the error.
  if (bytesWritten < total) await file.appendFile(Buffer.concat(chunks).subarray(bytesWritten));
}

/** Gives the file its final name, its sidecar first, unless one of the two is there already. */
async function takeName(partial: string, final: string, sidecar: string): Promise<boolean> {
  if (!(await createFile(final + sidecarSuffix, sidecar))) return false;
  try {
    // link, unlike rename, never replaces a file that is there.
    await link(partial, final);
    return true;
  } catch (error) {
    await unlink(final + sidecarSuffix);
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Writes a file that must not be there yet. Of several that try at once, one succeeds. */
async function createFile(name: string, text: string): Promise<boolean> {
  try {
    await using file = await open(name, "wx", 0o600);
    await file.writeFile(text);
    await file.sync();
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    await rm(name, { force: true });
    throw error;
  }
}

/** Makes a folder and those above it. Node's own way to do that calls a read-only file system ENOENT. */
async function makeFolder(folder: string, withParents = true): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    if (codeOf(error) !== "ENOENT" || !withParents) throw error;
    await makeFolder(path.dirname(folder));
    await makeFolder(folder, false);
  }
}

/** The n-th name to try: `a.dump.gz`, `a-2.dump.gz`, `a-3.dump.gz`. */
export function numbered(wanted: string, n: number): string {
  const { dir, base } = path.posix.parse(wanted);
  const [stem = "", ...extensions] = base.split(".");
  return n === 1 ? wanted : path.posix.join(dir, [`${stem}-${n}`, ...extensions].join("."));
}

async function syncFolder(folder: string) {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function unfinished(staging: string): Promise<Attempt[]> {
  const names = await readdir(staging).catch(noneWithoutFolder);
  return names.flatMap((name) => {
    const match = /^([0-9a-f-]{36})\.(\d+)$/.exec(name);
    return match?.[1] ? [{ jobId: match[1], fence: Number(match[2]) }] : [];
  });
}
