import type { Readable } from "node:stream";
import type { Placed, Range } from "@/jobs/destination/destination";
import { untilAborted } from "@/jobs/destination/pieces";
import { copyMissing, unavailable } from "@/jobs/destination/problem";
import { backoff } from "@/jobs/destination/retry";
import type { Bucket } from "@/jobs/destination/s3-bucket";
import { isPassing, s3Error, s3Problem } from "@/jobs/destination/s3-problem";

/** How often in a row a download is taken up again without a byte of it. */
const mostFailures = 6;

/** The bytes of an object. A download that breaks is taken up again where it broke. */
export async function* readObject(
  bucket: Bucket,
  { name, sizeBytes }: Placed,
  { range, signal }: { range?: Range | undefined; signal?: AbortSignal | undefined },
): AsyncIterable<Buffer> {
  const end = Math.min(range?.end ?? sizeBytes, sizeBytes);
  const still: Still = { key: bucket.keyOf(name), at: range?.start ?? 0, end, isWhole: !range, tag: undefined };
  if (still.at >= end && !still.isWhole) return;
  for (let failures = 0; ; ) {
    try {
      for await (const piece of untilAborted(download(bucket, still, signal), signal ?? new AbortController().signal)) {
        failures = 0;
        still.at += piece.length;
        yield piece;
      }
      if (still.at === end) return;
      throw Object.assign(new Error("Premature close"), { name: "ERR_STREAM_PREMATURE_CLOSE" });
    } catch (error) {
      signal?.throwIfAborted();
      if (s3Error(error).name === "NoSuchKey") throw copyMissing(name);
      if (s3Error(error).status === 412) throw unavailable(`${name} was replaced while it was read.`);
      if (!isPassing(error) || ++failures >= mostFailures) throw s3Problem(error, bucket.settings);
      await backoff(failures, signal);
    }
  }
}

/** What of an object is still to be read. */
type Still = { key: string; at: number; end: number; isWhole: boolean; tag: string | undefined };

async function* download(bucket: Bucket, still: Still, signal: AbortSignal | undefined): AsyncIterable<Buffer> {
  const { sdk, client } = await bucket.opened();
  const { at, end } = still;
  const part = still.isWhole && at === 0 ? {} : { Range: `bytes=${at}-${end - 1}` };
  const sameFile = still.tag && at > 0 ? { IfMatch: still.tag } : {};
  const asked = { Bucket: bucket.bucket, Key: still.key, ...part, ...sameFile };
  const answer = await client.send(new sdk.GetObjectCommand(asked), { abortSignal: signal });
  still.tag = answer.ETag;
  // Some servers give all of it, whatever is asked for.
  let skip = part.Range && !answer.ContentRange ? at : 0;
  let left = end - at;
  // Node's own stream, for that is where we are.
  for await (const piece of answer.Body as Readable) {
    const wanted = (piece as Buffer).subarray(skip, skip + left);
    skip -= Math.min(skip, piece.length);
    left -= wanted.length;
    if (wanted.length > 0) yield wanted;
    if (left === 0) return;
  }
}
