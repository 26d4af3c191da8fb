import type { S3Settings } from "@/db/schema";
import { copyMissing, destinationFull, quoted, refused, unavailable } from "@/jobs/destination/problem";
import { isBroken } from "@/jobs/destination/retry";
import { unreachable } from "@/jobs/destination/unreachable";

/** The name that S3 has for what went wrong, and the answer's status. */
export function s3Error(error: unknown): { name: string; status: number } {
  const { name = "", $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return { name, status: $metadata?.httpStatusCode ?? 0 };
}

const passingNames =
  /^(SlowDown|RequestTimeout|RequestTimeTooSkewed|Throttl|TooManyRequests|InternalError|ServiceUnavailable|BadDigest|OperationAborted)/;

/** Whether the same request may succeed a little later. */
export function isPassing(error: unknown): boolean {
  const { name, status } = s3Error(error);
  if (isFull(name, status)) return false;
  return (
    isBroken(error) || passingNames.test(name) || status === 408 || status === 429 || (status >= 500 && status !== 501)
  );
}

const isFull = (name: string, status: number) =>
  status === 507 || /^(XMinioStorageFull|XMinioAdminBucketQuotaExceeded|QuotaExceeded|StorageFull)/.test(name);

const refusals: Record<string, (settings: S3Settings) => string> = {
  NoSuchBucket: ({ bucket }) => `There is no bucket ${bucket}.`,
  InvalidAccessKeyId: () => "The server does not know the access key.",
  SignatureDoesNotMatch: () => "The secret key is not that of the access key.",
  AccessDenied: ({ bucket }) => `The keys have no permission for this in the bucket ${bucket}.`,
  PermanentRedirect: ({ bucket, region }) => `The bucket ${bucket} is not in the region ${region}.`,
  RequestTimeTooSkewed: () => "The clocks of this machine and of the server differ too much.",
  EntityTooLarge: () => "The file is larger than the server takes.",
};

/** What went wrong, for people, without a secret in it. */
export function s3Problem(error: unknown, settings: S3Settings): unknown {
  if (!(error instanceof Error) || "failure" in error) return error;
  const { name, status } = s3Error(error);
  const host = settings.endpoint ? new URL(settings.endpoint).host : `S3 in ${settings.region}`;
  const known = unreachable(error, host);
  if (known) return known;
  if (isFull(name, status)) return destinationFull(`The bucket ${settings.bucket}`, null, null);
  const refusal = refusals[name]?.(settings);
  if (refusal) return refused(refusal);
  if (/^(NoSuchKey|NotFound)$/.test(name)) return copyMissing("The file");
  const said = quoted(`${name}: ${error.message}`, [settings.secretAccessKey]);
  if (isPassing(error)) return unavailable(`${host} answers with an error (${status || name}): ${said}.`);
  if (status === 403 || status === 401)
    return refused(`The keys have no permission for this in the bucket ${settings.bucket}.`);
  if (status >= 300) return refused(`${host} refuses (${status}): ${said}.`);
  return error;
}
