import type { Readable } from "node:stream";
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import type { Placed, Range } from "@/jobs/destination/destination";
import { copyMissing, unavailable } from "@/jobs/destination/problem";
import { cutOut, resumed, type Span } from "@/jobs/destination/resume";
import type { Bucket } from "@/jobs/destination/s3-bucket";
import { isPassing, s3Error, s3Problem } from "@/jobs/destination/s3-problem";

/** The bytes of an object. A download that breaks is taken up again where it broke. */
export async function* readObject(
  bucket: Bucket,
  { name, sizeBytes }: Placed,
  { range, signal }: { range?: Range | undefined; signal?: AbortSignal | undefined },
): AsyncIterable<Buffer> {
  const span = { start: range?.start ?? 0, end: Math.min(range?.end ?? sizeBytes, sizeBytes) };
  if (span.start >= span.end && range) return;
  const file: Reading = { key: bucket.keyOf(name), sizeBytes, tag: undefined };
  try {
    yield* resumed((left) => download(bucket, file, { left, signal }), { span, signal, isPassing });
  } catch (error) {
    signal?.throwIfAborted();
    // A part that begins behind its end is refused.
    if (error === ended || s3Error(error).status === 416) return;
    if (s3Error(error).name === "NoSuchKey") throw copyMissing(name);
    if (s3Error(error).status === 412) throw unavailable(`${name} was replaced while it was read.`);
    throw s3Problem(error, bucket.settings);
  }
}

/** The object is over before its time. Whoever reads sees that bytes are missing. */
const ended = new Error("the object is shorter");

/** Of the whole object. */
function lengthOf({ ContentRange: range, ContentLength: length }: GetObjectCommandOutput): number {
  return Number(range === undefined ? length : range.split("/").at(-1));
}

/** `tag` is that of the object that was begun to be read. */
type Reading = { key: string; sizeBytes: number; tag: string | undefined };
type Left = { left: Span; signal: AbortSignal | undefined };

async function* download(bucket: Bucket, file: Reading, { left, signal }: Left): AsyncIterable<Buffer> {
  const { sdk, client } = await bucket.opened();
  const isAll = left.start === 0 && left.end === file.sizeBytes;
  const part = isAll ? {} : { Range: `bytes=${left.start}-${left.end - 1}` };
  const same = file.tag === undefined ? {} : { IfMatch: file.tag };
  const asked = { Bucket: bucket.bucket, Key: file.key, ...part, ...same };
  const answer = await client.send(new sdk.GetObjectCommand(asked), { abortSignal: signal });
  file.tag = answer.ETag;
  // Node's own stream, for that is where we are.
  yield* cutOut(answer.Body as Readable, answer.ContentRange !== undefined, left);
  if (lengthOf(answer) < left.end) throw ended;
}
