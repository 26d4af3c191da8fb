import type { CompletedPart } from "@aws-sdk/client-s3";
import { unavailable } from "@/jobs/destination/problem";
import type { Part, partBuffers } from "@/jobs/destination/s3-parts";
import { abortMultipart, md5Of, putUnlessTaken, type Upload } from "@/jobs/destination/s3-upload";

type Parts = {
  first: Part;
  rest: AsyncIterator<Part>;
  buffers: ReturnType<typeof partBuffers>;
  onBytes: ((bytes: number) => void) | undefined;
};

type Multipart = Upload & { target: { Bucket: string; Key: string; UploadId: string } };

/** Sends parts side by side and joins them under the key. Gives how many bytes they are. Whatever fails, no part stays. */
export async function uploadParts(upload: Upload, key: string, parts: Parts): Promise<number> {
  const { bucket, signal, metadata } = upload;
  const asked = { Bucket: bucket.bucket, Key: key };
  const { UploadId } = await bucket.ask(
    ({ sdk, client, abortSignal }) =>
      client.send(new sdk.CreateMultipartUploadCommand({ ...asked, Metadata: metadata }), { abortSignal }),
    { signal },
  );
  if (!UploadId) throw unavailable("The server has begun no upload.");
  const multipart = { ...upload, target: { ...asked, UploadId } };
  try {
    const sent = await sendAll(multipart, parts);
    await join(multipart, sent.parts);
    return sent.bytes;
  } catch (error) {
    await abortMultipart(bucket, key, UploadId);
    throw error;
  }
}

async function sendAll(upload: Multipart, { first, rest, buffers, onBytes }: Parts) {
  const sent: CompletedPart[] = [];
  const sending = new Set<Promise<void>>();
  let bytes = 0;
  async function send(part: Part) {
    try {
      sent[part.number - 1] = await sendPart(upload, part);
      bytes += part.bytes.length;
      onBytes?.(bytes);
    } catch (error) {
      upload.fail(error);
    } finally {
      buffers.give(part.bytes);
    }
  }
  try {
    for (let next: IteratorResult<Part> = { value: first }; !next.done; next = await rest.next()) {
      const work = send(next.value).finally(() => sending.delete(work));
      sending.add(work);
    }
  } catch (error) {
    upload.fail(error);
  }
  await Promise.all(sending);
  upload.signal.throwIfAborted();
  return { parts: sent, bytes };
}

async function sendPart({ bucket, target, signal }: Multipart, part: Part): Promise<CompletedPart> {
  const md5 = md5Of(part.bytes);
  const asked = { ...target, PartNumber: part.number, Body: part.bytes, ContentMD5: md5.toString("base64") };
  const ETag = await bucket.ask(
    async ({ sdk, client, abortSignal }) => {
      const answer = await client.send(new sdk.UploadPartCommand(asked), { abortSignal });
      const tag = answer.ETag?.replaceAll('"', "").toLowerCase() ?? "";
      // Unless it is encrypted there, a tag of this form is the sum of what has arrived.
      const isSum = /^[0-9a-f]{32}$/.test(tag) && !answer.SSECustomerAlgorithm && !answer.ServerSideEncryption;
      if (isSum && tag !== md5.toString("hex")) {
        throw Object.assign(new Error("other bytes have arrived than were sent"), { name: "BadDigest" });
      }
      return answer.ETag;
    },
    { signal },
  );
  return { PartNumber: part.number, ETag };
}

async function join(upload: Multipart, parts: CompletedPart[]): Promise<void> {
  const asked = { ...upload.target, MultipartUpload: { Parts: parts } };
  const isTaken = await putUnlessTaken(upload, upload.target.Key, ({ sdk, patient, abortSignal }, condition) =>
    patient.send(new sdk.CompleteMultipartUploadCommand({ ...asked, ...condition }), { abortSignal }),
  );
  if (isTaken) {
    throw unavailable("Another file has got the same name in the meantime.", "The next attempt takes another name.");
  }
}
