import { constants, type Dirent } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "@/db/errors";
import type { Listed, Stored } from "@/jobs/home/home";
import { homeIdFile, inside, sidecarSuffix, stagingFolder } from "@/jobs/home/path";

const readBytes = 1024 * 1024;

export async function statFile(root: string, file: string): Promise<Stored | null> {
  try {
    const found = await lstat(inside(root, file));
    return { sizeBytes: found.isFile() ? found.size : null, modifiedAt: found.mtime };
  } catch (error) {
    // A folder on the way may have become a file.
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return null;
    throw error;
  }
}

/** The bytes of a file from `start` up to and without `end`; each piece is good until the next is asked for. */
export async function* readFileOf(
  root: string,
  file: string,
  { start = 0, end = Number.POSITIVE_INFINITY } = {},
): AsyncIterable<Buffer> {
  // Without O_NONBLOCK, what has become a pipe would be waited for.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  await using handle = await open(inside(root, file), flags);
  if (!(await handle.stat()).isFile()) throw Object.assign(new Error("it is not a file"), { code: "ENOTFILE" });
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  for (let at = start; at < end; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(readBytes, end - at), at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

export async function* listFiles(root: string, folder = ""): AsyncIterable<Listed> {
  const entries = (await entriesOf(path.join(root, folder))).filter(
    ({ name }) => folder || !(name === stagingFolder || name.startsWith(homeIdFile)),
  );
  // A link or a pipe is no sidecar, whatever it is called: nobody knows what reading it would do.
  const sidecars = new Set(entries.filter((entry) => entry.isFile() && isSidecar(entry.name)).map(({ name }) => name));
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const files = new Set(names.filter((name) => !sidecars.has(name)));
  const alone = [...sidecars].map((name) => name.slice(0, -sidecarSuffix.length)).filter((name) => !files.has(name));
  const listed = [...files, ...alone].map(async (name): Promise<Listed> => {
    const file = path.posix.join(folder, name);
    return { path: file, stored: await statFile(root, file), hasSidecar: sidecars.has(name + sidecarSuffix) };
  });
  // What went meanwhile is not there.
  for (const each of await Promise.all(listed)) if (each.stored || each.hasSidecar) yield each;
  for (const entry of entries) if (entry.isDirectory()) yield* listFiles(root, path.posix.join(folder, entry.name));
}

const isSidecar = (name: string) => name.endsWith(sidecarSuffix) && name !== sidecarSuffix;

/** What a folder holds; nothing when it may not be looked into. */
export async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    // Gone, or of somebody else: `lost+found` is on every disk.
    if (/^(ENOENT|ENOTDIR|EACCES|EPERM)$/.test(codeOf(error) ?? "")) return [];
    throw error;
  }
}
