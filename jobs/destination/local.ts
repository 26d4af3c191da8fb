import { randomUUID } from "node:crypto";
import { rm, statfs, unlink } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "@/db/errors";
import type { LocalSettings } from "@/db/schema";
import type { Destination, PutOptions } from "@/jobs/destination/destination";
import { guardOf, nullWhenGone, stagingFolder } from "@/jobs/destination/local-guard";
import { inPlainWords } from "@/jobs/destination/local-problem";
import { checkFront, untilAborted } from "@/jobs/destination/pieces";
import { copyMissing, destinationFull } from "@/jobs/destination/problem";
import { inside } from "@/jobs/home/path";
import { entriesOf, readFileOf, statFile } from "@/jobs/home/published";
import {
  gatherBytes,
  makeFolder,
  numbered,
  syncFolder,
  takeFreeName,
  takeFreeNameWithoutLink,
  writeNewFile,
} from "@/jobs/home/write";

/** A folder of this machine, or one that it has mounted. Files are 0600, folders 0700. Links below it are not followed. */
export function localFolder({ folder }: LocalSettings): Destination {
  const staging = path.join(folder, stagingFolder);
  const told = inPlainWords(folder);
  const guard = guardOf(folder);
  return {
    async prepare() {
      await told(makeFolder(staging));
      await told(syncFolder(folder));
    },
    async put(name, bytes, options) {
      await guard(name);
      if (options.sizeBytes !== null) await refuseFull(folder, options.sizeBytes);
      const partial = path.join(staging, randomUUID());
      try {
        const sizeBytes = await writeTo(partial, bytes, { ...options, told });
        await told(makeFolder(path.dirname(inside(folder, name))));
        return { name: await told(giveName(folder, partial, name)), sizeBytes, locator: null };
      } finally {
        await rm(partial, { force: true });
      }
    },
    async *get({ name }, range, signal) {
      await guard(name);
      const pieces = readFileOf(folder, name, range)[Symbol.asyncIterator]();
      try {
        for (;;) {
          signal?.throwIfAborted();
          const next = await told(pieces.next().catch((error: unknown) => throwMissing(error, name)));
          if (next.done) return;
          yield next.value;
        }
      } finally {
        await pieces.return?.();
      }
    },
    async size({ name }) {
      await guard(name);
      return (await told(statFile(folder, name)))?.sizeBytes ?? null;
    },
    async remove({ name }) {
      const file = await guard(name);
      await told(unlink(file).catch(nullWhenGone));
    },
    async *list() {
      await guard();
      yield* filesIn(folder);
    },
    async freeBytes() {
      await guard();
      return told(freeIn(folder));
    },
    async sweep(before) {
      await guard();
      const checks = (await told(entriesOf(folder))).filter(({ name }) => name.startsWith(checkFront));
      for (const { parentPath, name } of [...checks, ...(await told(entriesOf(staging)))]) {
        const left = await statFile(parentPath, name);
        if (left && left.modifiedAt < before) await told(rm(path.join(parentPath, name), { force: true }));
      }
    },
    link: async () => null,
  };
}

type Writing = PutOptions & { told: ReturnType<typeof inPlainWords> };

/** Gives how many bytes there were. */
async function writeTo(
  partial: string,
  bytes: AsyncIterable<Buffer>,
  { told, signal, sizeBytes, onBytes }: Writing,
): Promise<number> {
  await using file = await told(writeNewFile(partial));
  let written = 0;
  const needed = () => Math.max(written, sizeBytes ?? 0);
  for await (const piece of untilAborted(bytes, signal)) {
    written += piece.length;
    await told(file.write(piece.length < gatherBytes ? Buffer.from(piece) : piece), needed);
    onBytes?.(written);
  }
  await told(file.finish(), needed);
  signal.throwIfAborted();
  return written;
}

async function giveName(folder: string, partial: string, wanted: string): Promise<string> {
  for (let n = 1; ; n++) {
    const given = inside(folder, numbered(wanted, n));
    if (!(await takeFreeName(partial, given).catch(withoutLink(partial, given)))) continue;
    await syncFolder(path.dirname(given));
    return numbered(wanted, n);
  }
}

/** Some disks (exFAT, some of the network) know no second name of a file. */
const withoutLink = (partial: string, given: string) => (error: unknown) => {
  if (/^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS|EMLINK)$/.test(codeOf(error) ?? "")) {
    return takeFreeNameWithoutLink(partial, given);
  }
  throw error;
};

async function freeIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function refuseFull(folder: string, needed: number): Promise<void> {
  const free = await freeIn(folder);
  if (needed > free) throw destinationFull(`The disk of ${folder}`, needed, free);
}

async function* filesIn(root: string, folder = ""): AsyncIterable<{ name: string; sizeBytes: number }> {
  for (const entry of await entriesOf(path.join(root, folder))) {
    const name = path.posix.join(folder, entry.name);
    if (entry.isDirectory() && name !== stagingFolder) yield* filesIn(root, name);
    const isOurs = entry.isFile() && !name.startsWith(checkFront);
    const sizeBytes = isOurs ? ((await statFile(root, name))?.sizeBytes ?? null) : null;
    if (sizeBytes !== null) yield { name, sizeBytes };
  }
}

function throwMissing(error: unknown, name: string): never {
  // A link, a folder or a pipe in the place of a file is no copy of it.
  if (/^(ENOENT|ENOTDIR|ELOOP|EMLINK|EISDIR|ENOTFILE|ENXIO)$/.test(codeOf(error) ?? "")) throw copyMissing(name);
  throw error;
}
