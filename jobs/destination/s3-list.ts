import type { ListMultipartUploadsCommandOutput } from "@aws-sdk/client-s3";
import { checkFront } from "@/jobs/destination/pieces";
import type { Bucket } from "@/jobs/destination/s3-bucket";
import { s3Error } from "@/jobs/destination/s3-problem";
import { abortMultipart, removeObject } from "@/jobs/destination/s3-upload";
import { isBackupFilename } from "@/jobs/export-backup/filename";

const prefixOf = ({ settings }: Bucket) => settings.prefix && `${settings.prefix}/`;

/** Every object under the prefix. */
export async function* listObjects(bucket: Bucket): AsyncIterable<{ name: string; sizeBytes: number }> {
  for await (const { name, sizeBytes } of objectsOf(bucket, "")) {
    // What stands for a folder in some browsers of buckets is no file.
    if (!name.startsWith(checkFront) && !name.endsWith("/")) yield { name, sizeBytes };
  }
}

async function* objectsOf(bucket: Bucket, front: string) {
  const prefix = prefixOf(bucket);
  let after: string | undefined;
  do {
    const asked = { Bucket: bucket.bucket, Prefix: `${prefix}${front}`, ContinuationToken: after };
    const page = await bucket.ask(({ sdk, client }) => client.send(new sdk.ListObjectsV2Command(asked)));
    for (const { Key: key = "", Size: sizeBytes = 0, LastModified: at } of page.Contents ?? []) {
      if (key.startsWith(prefix)) yield { name: key.slice(prefix.length), sizeBytes, at };
    }
    after = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (after !== undefined);
}

/** Ends unfinished uploads of backups under the prefix that began before then. */
export async function sweepBucket(bucket: Bucket, before: Date): Promise<void> {
  for await (const { name, at } of objectsOf(bucket, checkFront)) {
    if (at && at < before) await removeObject(bucket, bucket.keyOf(name));
  }
  let page: ListMultipartUploadsCommandOutput | null = await uploadsAfter(bucket);
  while (page) {
    for (const { Key: key = "", UploadId: uploadId, Initiated: began } of page.Uploads ?? []) {
      const isOld = began !== undefined && began < before && key.startsWith(prefixOf(bucket)) && isBackupFilename(key);
      if (isOld && uploadId && !(await isAtWork(bucket, { key, uploadId, began, before })))
        await abortMultipart(bucket, key, uploadId);
    }
    page = page.IsTruncated ? await uploadsAfter(bucket, page) : null;
  }
}

/** In ms. Where nobody can see whether parts still come, no upload takes longer. */
const longestUnseen = 7 * 86_400_000;

type Unfinished = { key: string; uploadId: string; began: Date; before: Date };

/** A file of terabytes takes days: as long as parts of it come, somebody is at work. */
async function isAtWork(bucket: Bucket, { key, uploadId, began, before }: Unfinished): Promise<boolean> {
  let after: string | undefined;
  do {
    const asked = { Bucket: bucket.bucket, Key: key, UploadId: uploadId, PartNumberMarker: after };
    const page = await bucket.ask(({ sdk, client }) =>
      client.send(new sdk.ListPartsCommand(asked)).catch((error: unknown) => nullOn([403, 404, 405, 501], error)),
    );
    if (page === null) return Date.now() - began.getTime() < longestUnseen;
    if (page.Parts?.some(({ LastModified: at }) => at !== undefined && at >= before)) return true;
    after = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (after !== undefined);
  return false;
}

function nullOn(statuses: number[], error: unknown): null {
  if (statuses.includes(s3Error(error).status)) return null;
  throw error;
}

/** A page of unfinished uploads; null from a server that cannot list them. */
function uploadsAfter(
  bucket: Bucket,
  last?: ListMultipartUploadsCommandOutput,
): Promise<ListMultipartUploadsCommandOutput | null> {
  const after = { KeyMarker: last?.NextKeyMarker, UploadIdMarker: last?.NextUploadIdMarker };
  const asked = { Bucket: bucket.bucket, Prefix: prefixOf(bucket), ...after };
  return bucket.ask(({ sdk, client }) =>
    client.send(new sdk.ListMultipartUploadsCommand(asked)).catch((error: unknown) => nullOn([405, 501], error)),
  );
}
