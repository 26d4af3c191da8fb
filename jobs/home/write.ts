import { type FileHandle, link, mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "@/db/errors";

/** Small pieces are gathered: one write of 1 MiB costs far less than sixteen of 64 KiB. */
export const gatherBytes = 1024 * 1024;

export type NewFile = AsyncDisposable & {
  descriptor: number;
  /** Takes a piece, which must stay as it is until it is flushed: one of `gatherBytes` or more is when this returns. */
  write(piece: Buffer): Promise<void>;
  flush(): Promise<void>;
  /** Flushes, makes it durable and closes it. */
  finish(): Promise<void>;
};

/** Writes to a file that must not be there yet. Takes it away again when it is disposed of before it was finished. */
export async function writeNewFile(name: string): Promise<NewFile> {
  const file = await open(name, "wx", 0o600);
  let gathered: Buffer[] = [];
  let gatheredBytes = 0;
  let isFinished = false;
  async function flush() {
    const pieces = gathered;
    gathered = [];
    gatheredBytes = 0;
    if (pieces.length > 0) await writeAll(file, pieces);
  }
  return {
    descriptor: file.fd,
    flush,
    async write(piece) {
      gathered.push(piece);
      gatheredBytes += piece.length;
      if (gatheredBytes >= gatherBytes) await flush();
    },
    async finish() {
      await flush();
      await file.sync();
      await file.close();
      isFinished = true;
    },
    async [Symbol.asyncDispose]() {
      await file.close();
      if (!isFinished) await rm(name, { force: true });
    },
  };
}

async function writeAll(file: FileHandle, chunks: Buffer[]) {
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const { bytesWritten } = await file.writev(chunks);
  // A full disk may take a part without an error; the rest then gives the error.
  if (bytesWritten < total) await file.appendFile(Buffer.concat(chunks).subarray(bytesWritten));
}

/** Gives a file another name that nothing has yet; says whether it could. link, unlike rename, never replaces a file. */
export async function takeFreeName(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** The same where a file can have one name only. It is empty for a moment; whoever looks then sees no bytes of it. */
export async function takeFreeNameWithoutLink(from: string, to: string): Promise<boolean> {
  if (!(await createFile(to, ""))) return false;
  await rename(from, to);
  return true;
}

/** Writes a file that must not be there yet. Of several that try at once, one succeeds. */
export async function createFile(name: string, text: string): Promise<boolean> {
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
export async function makeFolder(folder: string, withParents = true): Promise<void> {
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

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string) {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
