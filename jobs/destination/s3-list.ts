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
      if (isOld && uploadId && !(await hasPartSince(bucket, { key, uploadId, before })))
        await abortMultipart(bucket, key, uploadId);
    }
    page = page.IsTruncated ? await uploadsAfter(bucket, page) : null;
  }
}

/** A file of terabytes takes days: as long as parts of it come, somebody is at work. */
async function hasPartSince(
  bucket: Bucket,
  { key, uploadId, before }: { key: string; uploadId: string; before: Date },
) {
  let after: string | undefined;
  do {
    const asked = { Bucket: bucket.bucket, Key: key, UploadId: uploadId, PartNumberMarker: after };
    const page = await bucket.ask(({ sdk, client }) =>
      client.send(new sdk.ListPartsCommand(asked)).catch(nullWhereUnknown),
    );
    if (page?.Parts?.some(({ LastModified: at }) => at !== undefined && at >= before)) return true;
    after = page?.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (after !== undefined);
  return false;
}

/** For a server that cannot list it, or an upload that has just come to its end. */
function nullWhereUnknown(error: unknown): null {
  const { name, status } = s3Error(error);
  if (name === "NoSuchUpload" || [405, 501].includes(status)) return null;
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
    client.send(new sdk.ListMultipartUploadsCommand(asked)).catch(nullWhereUnknown),
  );
}
