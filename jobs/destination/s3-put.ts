import type { Placed, PutOptions } from "@/jobs/destination/destination";
import { untilAborted } from "@/jobs/destination/pieces";
import type { Bucket } from "@/jobs/destination/s3-bucket";
import { headObject } from "@/jobs/destination/s3-head";
import { uploadParts } from "@/jobs/destination/s3-multipart";
import { cutIntoParts, partBuffers, partBytes } from "@/jobs/destination/s3-parts";
import { beginUpload, checkSize, md5Of, putUnlessTaken, type Upload } from "@/jobs/destination/s3-upload";
import { numbered } from "@/jobs/home/write";

/** Stores a stream under a name that nothing has. What fits into one part is one request, more is a multipart upload. */
export async function putStream(
  { bucket, name }: { bucket: Bucket; name: string },
  bytes: AsyncIterable<Buffer>,
  { signal, sizeBytes, onBytes }: PutOptions,
): Promise<Placed> {
  bucket.keyOf(name);
  const upload = beginUpload(bucket, signal);
  const buffers = partBuffers();
  const parts = cutIntoParts(untilAborted(bytes, upload.signal), (number) => partBytes(number, sizeBytes), buffers);
  const iterator = parts[Symbol.asyncIterator]();
  try {
    const { value: first } = await iterator.next();
    if (first.isLast) {
      const given = await putWhole(upload, name, first.bytes);
      onBytes?.(first.bytes.length);
      return { name: given, sizeBytes: first.bytes.length, locator: null };
    }
    const given = (await freeName(upload, name, 1)).name;
    const key = bucket.keyOf(given);
    const total = await uploadParts(upload, key, { first, rest: iterator, buffers, onBytes });
    await checkSize(upload, key, total);
    return { name: given, sizeBytes: total, locator: null };
  } finally {
    await iterator.return?.();
  }
}

/** The first name from the n-th on that nothing has. */
async function freeName({ bucket, signal }: Upload, wanted: string, from: number) {
  for (let n = from; ; n++) {
    const name = numbered(wanted, n);
    if (!(await headObject(bucket, bucket.keyOf(name), { signal }))) return { name, n };
  }
}

/** Gives the name that it got. */
async function putWhole(upload: Upload, wanted: string, bytes: Buffer): Promise<string> {
  const md5 = md5Of(bytes).toString("base64");
  const asked = { Bucket: upload.bucket.bucket, Body: bytes, ContentMD5: md5, Metadata: upload.metadata };
  for (let from = 1; ; ) {
    const { name, n } = await freeName(upload, wanted, from);
    const Key = upload.bucket.keyOf(name);
    const isTaken = await putUnlessTaken(upload, Key, ({ sdk, client, abortSignal }, condition) =>
      client.send(new sdk.PutObjectCommand({ ...asked, ...condition, Key }), { abortSignal }),
    );
    if (!isTaken) {
      await checkSize(upload, Key, bytes.length);
      return name;
    }
    from = n + 1;
  }
}
