import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import path from "node:path";
import { FileStore } from "@tus/file-store";
import type { Upload } from "@tus/server";
import { eq } from "drizzle-orm";
import type { Origin } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
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

export async function findDataFile(id: string): Promise<DataFile | null> {
  const [file] = await db.select().from(dataFiles).where(eq(dataFiles.id, id));
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
  const kept = await publishFile({ id, path: part, written }, (tx, written) =>
    keepDataFile(tx, { id, filename, projectId, origin }, written),
  );
  await rm(`${part}.json`, { force: true });
  const file = kept ?? (await findDataFile(id));
  if (!file) throw new AppError("FILE_NOT_FOUND", "There is no such upload.");
  return file;
}

/** What came in several requests is read once more: a hash cannot wait for the next one. */
async function onDisk(file: string): Promise<Written> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  const handle = await open(file, "r+");
  await handle.sync().finally(() => handle.close());
  return { sizeBytes, sha256: hash.digest("hex") };
}
