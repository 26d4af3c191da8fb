import type { S3Settings } from "@/db/schema";
import type { Destination } from "@/jobs/destination/destination";
import { openBucket } from "@/jobs/destination/s3-bucket";
import { readObject } from "@/jobs/destination/s3-get";
import { askWhy, headObject } from "@/jobs/destination/s3-head";
import { linkTo } from "@/jobs/destination/s3-link";
import { listObjects, sweepBucket } from "@/jobs/destination/s3-list";
import { putStream } from "@/jobs/destination/s3-put";
import { removeObject } from "@/jobs/destination/s3-upload";

/**
 * A bucket of Amazon S3, or of a server that speaks like it. With `idleMs` nothing may be heard for so long. A name that
 * somebody else takes in the same moment is overwritten where the server does not know `If-None-Match`.
 */
export function s3Bucket(settings: S3Settings, idleMs: number): Destination {
  const bucket = openBucket(settings, idleMs);
  return {
    prepare: async () => {},
    put: (name, bytes, options) => putStream({ bucket, name }, bytes, options),
    get: (placed, range, signal) => readObject(bucket, placed, { range, signal }),
    async size({ name }) {
      const found = await headObject(bucket, bucket.keyOf(name), {});
      if (found) return found.ContentLength ?? null;
      // That there is no such bucket would be no news of the file.
      await askWhy(bucket, bucket.keyOf(name), {});
      return null;
    },
    remove: ({ name }, signal) => removeObject(bucket, bucket.keyOf(name), signal && { signal }),
    list: () => listObjects(bucket),
    freeBytes: async () => null,
    sweep: (before) => sweepBucket(bucket, before),
    link: ({ name }, filename, seconds) => linkTo(bucket, bucket.keyOf(name), { filename, seconds }),
  };
}
