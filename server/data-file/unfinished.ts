import { createHash } from "node:crypto";
import { mkdir, open, rm } from "node:fs/promises";
import path from "node:path";
import { FileStore } from "@tus/file-store";
import type { Upload } from "@tus/server";
import { eq } from "drizzle-orm";
import type { Origin } from "@/db/audit";
import { db } from "@/db/client";
import { AppError, codeOf } from "@/db/errors";
import { dataFiles } from "@/db/schema";
import { unfinishedFolder } from "@/jobs/data-file/files";
import { type DataFile, keepDataFile } from "@/server/data-file/keep";
import { publishFile, type Written } from "@/server/receive-file";

/** What an upload is of, as it was when it began: the client cannot change it. */
export type Purpose = { filename: string; projectId: string; userId: string };

/** An upload that is not whole yet, or not yet a data file. */
export type Unfinished = Purpose & { id: string; isWhole: boolean };

let opened: Promise<FileStore> | undefined;

/** Where uploads in several requests grow. */
export function unfinishedStore(): Promise<FileStore> {
  opened ??= mkdir(unfinishedFolder(), { recursive: true, mode: 0o700 }).then(
    () => new FileStore({ directory: unfinishedFolder() }),
  );
  return opened;
}

export const metadataOf = ({ filename, projectId, userId }: Purpose) => ({
  filename,
  project_id: projectId,
  user_id: userId,
});

export async function findUnfinished(id: string): Promise<Unfinished | null> {
  const store = await unfinishedStore();
  try {
    return asUnfinished(await store.getUpload(id));
  } catch (error) {
    // It throws plain objects for what is not there.
    if (error instanceof Error) throw error;
    return null;
  }
}

function asUnfinished({ id, metadata, offset, size }: Upload): Unfinished {
  const { filename, project_id: projectId, user_id: userId } = metadata ?? {};
  if (!filename || !projectId || !userId) throw new Error(`the upload ${id} does not say whose it is`);
  return { id, filename, projectId, userId, isWhole: offset === size };
}

/** What an upload has become, or is about to. */
export async function findDataFile(id: string): Promise<DataFile | null> {
  const begun = finishing.get(id);
  if (begun) return begun;
  const [file] = await rowsOf(id);
  return file ?? null;
}

const finishing = new Map<string, Promise<DataFile>>();

/** Makes a data file of an upload that is whole; once, whoever asks for it at the same time. */
export function finishUpload(upload: Unfinished, origin: Origin): Promise<DataFile> {
  const begun = finishing.get(upload.id) ?? finish(upload, origin).finally(() => finishing.delete(upload.id));
  finishing.set(upload.id, begun);
  return begun;
}

async function finish({ id, filename, projectId }: Unfinished, origin: Origin): Promise<DataFile> {
  const part = path.join(unfinishedFolder(), id);
  const written = await onDisk(part);
  const kept = written
    ? await publishFile({ id, path: part, written }, (tx, all) =>
        keepDataFile(tx, { id, filename, projectId, origin }, all),
      )
    : null;
  await rm(`${part}.json`, { force: true });
  const [file] = kept ? [kept] : await rowsOf(id);
  if (!file) throw new AppError("FILE_NOT_FOUND", "There is no such upload.");
  return file;
}

const rowsOf = (id: string) => db.select().from(dataFiles).where(eq(dataFiles.id, id));

/** What came in several requests is read once more: a hash cannot wait for the next one. Null when somebody else has published it. */
async function onDisk(path: string): Promise<Written | null> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const file = await open(path, "r+").catch((error) => {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  });
  if (!file) return null;
  try {
    // To a sweep a file without a row is one that was left behind, unless it is new.
    await file.utimes(new Date(), new Date());
    for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false })) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}
