import type { Bucket } from "@/jobs/destination/s3-bucket";

/** The most that S3 signs for: a week. */
const mostSeconds = 7 * 24 * 3600;

/** An address that gives an object to whoever has it, for a while, and says what to call the file. */
export async function linkTo(
  bucket: Bucket,
  key: string,
  { filename, seconds }: { filename: string; seconds: number },
): Promise<string> {
  const { sdk, client } = await bucket.opened();
  const { getSignedUrl } = await import("@aws-sdk/s3-request-presigner");
  const command = new sdk.GetObjectCommand({
    Bucket: bucket.bucket,
    Key: key,
    // Of a name that is not plain the first form has what is plain in it, for old programs.
    ResponseContentDisposition: `attachment; filename="${filename.replace(/[^\w.-]/g, "_")}"; filename*=UTF-8''${encoded(filename)}`,
  });
  return getSignedUrl(client, command, { expiresIn: Math.max(1, Math.min(mostSeconds, Math.floor(seconds))) });
}

const encoded = (text: string) =>
  encodeURIComponent(text).replace(/['()*!]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
