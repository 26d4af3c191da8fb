import { createHash, randomUUID } from "node:crypto";
import { unavailable } from "@/jobs/destination/problem";
import type { Asking, AskOptions, Bucket } from "@/jobs/destination/s3-bucket";
import { headObject } from "@/jobs/destination/s3-head";
import { s3Error } from "@/jobs/destination/s3-problem";

/** Metadata by which an object is known for the one that was just put, when the answer to that was lost. */
const mark = "coffer-put";

/** One put. */
export type Upload = {
  bucket: Bucket;
  /** Of all that belongs to it: aborted by whoever wanted the put, or by `fail`. */
  signal: AbortSignal;
  fail(reason: unknown): void;
  metadata: Record<typeof mark, string>;
};

export function beginUpload(bucket: Bucket, signal: AbortSignal): Upload {
  const broken = new AbortController();
  return {
    bucket,
    signal: AbortSignal.any([signal, broken.signal]),
    fail: (reason) => broken.abort(reason),
    metadata: { [mark]: randomUUID() },
  };
}

export const md5Of = (bytes: Buffer): Buffer => createHash("md5").update(bytes).digest();

/** Whether the object under the key is what this upload has put there. */
export async function isOurs({ bucket, metadata }: Upload, key: string, options: AskOptions): Promise<boolean> {
  const found = await headObject(bucket, key, options);
  return found?.Metadata?.[mark] === metadata[mark];
}

/**
 * Sends what puts an object under a key, on the condition that nothing is there. Says whether something is. Servers that know
 * no conditions let it be overwritten by whoever takes the key at the same moment.
 */
export async function putUnlessTaken(
  upload: Upload,
  key: string,
  send: (asking: Asking, condition: { IfNoneMatch?: "*" }) => Promise<unknown>,
): Promise<boolean> {
  const { bucket, signal } = upload;
  try {
    const isTaken = await bucket.ask((asking) => onCondition(bucket, (condition) => send(asking, condition)), {
      signal,
    });
    return isTaken && !(await isOurs(upload, key, { signal }));
  } catch (error) {
    // The answer may have been lost, not the object.
    if (!signal.aborted && (await isOurs(upload, key, { signal }).catch(() => false))) return false;
    // Another attempt has taken over: it may have found what this one has put, and told of it.
    if (signal.reason !== "lost") await removeOurs(upload, key);
    throw error;
  }
}

async function onCondition(bucket: Bucket, send: (condition: { IfNoneMatch?: "*" }) => Promise<unknown>) {
  try {
    await send(bucket.conditions.areKnown ? { IfNoneMatch: "*" } : {});
    return false;
  } catch (error) {
    const { name, status } = s3Error(error);
    if (status === 412 || name === "ConditionalRequestConflict") return true;
    if (status !== 501 || !bucket.conditions.areKnown) throw error;
    bucket.conditions.areKnown = false;
    await send({});
    return false;
  }
}

/** How long the server is asked to clean up, in ms, when something has gone wrong already. */
const cleaningMs = 15_000;

/** Removes what a request has put that was given up. */
async function removeOurs(upload: Upload, key: string): Promise<void> {
  const signal = AbortSignal.timeout(cleaningMs);
  try {
    if (await isOurs(upload, key, { signal })) await removeObject(upload.bucket, key, { signal });
  } catch {
    // The cause of all this is thrown already.
  }
}

/** Parts that the server does not hear of now are swept later. */
export async function abortMultipart(bucket: Bucket, key: string, uploadId: string): Promise<void> {
  const asked = { Bucket: bucket.bucket, Key: key, UploadId: uploadId };
  const signal = AbortSignal.timeout(cleaningMs);
  const work = bucket.ask(
    ({ sdk, client, abortSignal }) => client.send(new sdk.AbortMultipartUploadCommand(asked), { abortSignal }),
    { signal },
  );
  await work.catch(() => {});
}

/** Compares what is there with what was sent. */
export async function checkSize({ bucket, signal }: Upload, key: string, sizeBytes: number): Promise<void> {
  const found = await headObject(bucket, key, { signal });
  if (found?.ContentLength === sizeBytes) return;
  await removeObject(bucket, key, { signal });
  throw unavailable(`Of ${sizeBytes} bytes that were sent ${found?.ContentLength ?? 0} have arrived.`);
}

export async function removeObject(bucket: Bucket, key: string, options: AskOptions = {}): Promise<void> {
  await bucket.ask(async ({ sdk, client, abortSignal }) => {
    const command = new sdk.DeleteObjectCommand({ Bucket: bucket.bucket, Key: key });
    await client.send(command, { abortSignal }).catch((error: unknown) => {
      if (s3Error(error).name !== "NoSuchKey") throw error;
    });
  }, options);
}
