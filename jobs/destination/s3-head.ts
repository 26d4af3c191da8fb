import type { HeadObjectCommandOutput } from "@aws-sdk/client-s3";
import { refused } from "@/jobs/destination/problem";
import type { AskOptions, Bucket } from "@/jobs/destination/s3-bucket";
import { s3Error } from "@/jobs/destination/s3-problem";

/** What is known of an object; null when there is none, or no such bucket. */
export async function headObject(
  bucket: Bucket,
  key: string,
  options: AskOptions,
): Promise<HeadObjectCommandOutput | null> {
  const asked = { Bucket: bucket.bucket, Key: key };
  const found = await bucket.ask(
    ({ sdk, client, abortSignal }) =>
      client.send(new sdk.HeadObjectCommand(asked), { abortSignal }).catch((error: unknown) => {
        const { status } = s3Error(error);
        if (status === 404) return null;
        // The answer to HEAD cannot say why.
        if (status >= 300 && status < 500) return "refused" as const;
        throw error;
      }),
    options,
  );
  if (found !== "refused") return found;
  await askWhy(bucket, key, options);
  throw refused(`The keys may list the bucket ${bucket.bucket}, but not read in it.`);
}

/** The same question as one whose answer has words. Throws what stands in the way, if anything does. */
export async function askWhy(bucket: Bucket, key: string, options: AskOptions): Promise<void> {
  const asked = { Bucket: bucket.bucket, Prefix: key, MaxKeys: 1 };
  await bucket.ask(
    ({ sdk, client, abortSignal }) => client.send(new sdk.ListObjectsV2Command(asked), { abortSignal }),
    options,
  );
}
