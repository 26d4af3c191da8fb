import type { ListMultipartUploadsCommandOutput } from "@aws-sdk/client-s3";
import type { Bucket } from "@/jobs/destination/s3-bucket";
import { s3Error } from "@/jobs/destination/s3-problem";
import { abortMultipart } from "@/jobs/destination/s3-upload";

const prefixOf = ({ settings }: Bucket) => settings.prefix && `${settings.prefix}/`;

/** Every object under the prefix. */
export async function* listObjects(bucket: Bucket): AsyncIterable<{ name: string; sizeBytes: number }> {
  const prefix = prefixOf(bucket);
  let after: string | undefined;
  do {
    const asked = { Bucket: bucket.bucket, Prefix: prefix, ContinuationToken: after };
    const page = await bucket.ask(({ sdk, client }) => client.send(new sdk.ListObjectsV2Command(asked)));
    for (const { Key: key = "", Size: sizeBytes = 0 } of page.Contents ?? []) {
      // What stands for a folder in some browsers of buckets is no file.
      if (key.startsWith(prefix) && !key.endsWith("/")) yield { name: key.slice(prefix.length), sizeBytes };
    }
    after = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (after !== undefined);
}

/** Ends unfinished uploads under the prefix that began before then: with no prefix, those of the whole bucket. */
export async function sweepUploads(bucket: Bucket, before: Date): Promise<void> {
  let page: ListMultipartUploadsCommandOutput | null = await uploadsAfter(bucket);
  while (page) {
    for (const { Key: key = "", UploadId: uploadId, Initiated: began } of page.Uploads ?? []) {
      const isOld = began !== undefined && began < before && key.startsWith(prefixOf(bucket));
      if (isOld && uploadId) await abortMultipart(bucket, key, uploadId);
    }
    page = page.IsTruncated ? await uploadsAfter(bucket, page) : null;
  }
}

/** A page of unfinished uploads; null from a server that cannot list them. */
function uploadsAfter(
  bucket: Bucket,
  last?: ListMultipartUploadsCommandOutput,
): Promise<ListMultipartUploadsCommandOutput | null> {
  const after = { KeyMarker: last?.NextKeyMarker, UploadIdMarker: last?.NextUploadIdMarker };
  const asked = { Bucket: bucket.bucket, Prefix: prefixOf(bucket), ...after };
  return bucket.ask(({ sdk, client }) =>
    client.send(new sdk.ListMultipartUploadsCommand(asked)).catch((error: unknown) => {
      if (s3Error(error).status === 501) return null;
      throw error;
    }),
  );
}
