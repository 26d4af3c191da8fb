import { createHash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { db, type Tx } from "@/db/client";
import { AppError, codeOf } from "@/db/errors";
import { jobsEnv } from "@/jobs/env";
import { dumpPath, partPath } from "@/jobs/import-dump/files";
import { toAppError } from "@/server/problem";

export type Written = { sizeBytes: number; sha256: string };

export const tooLarge = (mostMb: number) =>
  new AppError("PAYLOAD_TOO_LARGE", `The file is larger than the ${mostMb} MB that are allowed.`);

/** Throws PAYLOAD_TOO_LARGE for a body that says that it is too large. */
export function requireSize(headers: Headers, mostMb: number): void {
  if (Number(headers.get("content-length") ?? 0) > mostMb * 1_000_000) throw tooLarge(mostMb);
}

const invalid = (field: string, error: string) =>
  new AppError("VALIDATION_ERROR", `${field} ${error}.`, { fields: [{ field, error, code: "invalid_value" }] });

/** Throws for a field in the address that the operation does not know. */
export function requireFields(query: URLSearchParams, known: string[]): void {
  const unknown = [...query.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalid(unknown, "is not a field of this operation");
}

/** The uploader's name for a file: shown, and never used as a path. */
export function requireFilename(name: string): string {
  if (name.length === 0 || name.length > 255 || /[\p{C}/\\]/u.test(name))
    throw invalid("filename", "must be the name of a file");
  return name;
}

/** Who sends nothing for so long has gone away without a word. */
const patienceMs = 60_000;

/** A request's body. It ends with an error when nothing comes any more; whoever stops reading leaves the connection open, for the answer. */
export async function* bodyOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  const release = beImpatient(request);
  try {
    yield* request.iterator({ destroyOnReturn: false });
  } finally {
    release();
  }
}

/** Cuts a request off once nothing comes any more, until it is released. */
export function beImpatient(request: IncomingMessage): () => void {
  request.setTimeout(patienceMs, () => request.destroy());
  return () => void request.setTimeout(0);
}

type Keep<T> = (tx: Tx, written: Written) => Promise<T>;

/**
 * Takes a file straight to disk: memory stays as it is, and whoever goes too far or goes away leaves nothing. Nothing is at
 * the file's own name before it is whole and on disk; a file without its row is swept.
 */
export async function receiveFile<T>(
  source: AsyncIterable<Buffer>,
  { id, mostMb }: { id: string; mostMb: number },
  keep: Keep<T>,
): Promise<T> {
  await mkdir(jobsEnv().UPLOAD_DIR, { recursive: true, mode: 0o700 });
  try {
    const written = await writeDown(source, partPath(id), mostMb);
    return await publishFile({ id, path: partPath(id), written }, keep);
  } catch (error) {
    await Promise.all([partPath(id), dumpPath(id)].map((path) => rm(path, { force: true })));
    throw error;
  }
}

/** Gives a whole file its name, and its row. */
export async function publishFile<T>(
  { id, path, written }: { id: string; path: string; written: Written },
  keep: Keep<T>,
): Promise<T> {
  await rename(path, dumpPath(id));
  return db.transaction((tx) => keep(tx, written));
}

async function writeDown(source: AsyncIterable<Buffer>, path: string, mostMb: number): Promise<Written> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const file = await open(path, "wx", 0o600);
  try {
    for await (const chunk of source) {
      sizeBytes += chunk.length;
      if (sizeBytes > mostMb * 1_000_000) throw tooLarge(mostMb);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    if (sizeBytes === 0) throw new AppError("VALIDATION_ERROR", "The file is empty. Send it as the body.");
    await file.sync();
    return { sizeBytes, sha256: hash.digest("hex") };
  } finally {
    await file.close();
  }
}

/** What receiving a file throws, as the uploader is to hear it. */
export function toRefusal(error: unknown): AppError {
  if (/^(ENOSPC|EDQUOT)$/.test(codeOf(error) ?? ""))
    return new AppError("UNAVAILABLE", "The disk for uploads is full. Tell an administrator of this server.");
  if (codeOf(error) === "ECONNRESET") return new AppError("VALIDATION_ERROR", "The file did not arrive as a whole.");
  return toAppError(error);
}
