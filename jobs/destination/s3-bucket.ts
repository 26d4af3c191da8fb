import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import type { S3Settings } from "@/db/schema";
import { destinationAgents } from "@/jobs/destination/http";
import { plainName } from "@/jobs/destination/pieces";
import { retrying } from "@/jobs/destination/retry";
import { isPassing, s3Problem } from "@/jobs/destination/s3-problem";

export type Sdk = typeof import("@aws-sdk/client-s3");

type Opened = {
  sdk: Sdk;
  client: S3Client;
  /** For what a server may be silent at for minutes: to join the parts of a large file. */
  patient: S3Client;
};

export type Asking = Opened & { abortSignal: AbortSignal | undefined };
export type AskOptions = { signal?: AbortSignal | undefined };

export type Bucket = {
  settings: S3Settings;
  bucket: string;
  /** The key of a file. */
  keyOf(name: string): string;
  opened(): Promise<Opened>;
  /** Asks the server, again when what went wrong is passing; gives failures for people. */
  ask<T>(work: (asking: Asking) => Promise<T>, options?: AskOptions): Promise<T>;
  /** Whether the server knows `If-None-Match` on what puts an object, as far as we have seen. */
  conditions: { areKnown: boolean };
};

const patience = 10;

export function openBucket(settings: S3Settings, idleMs: number): Bucket {
  let opening: Promise<Opened> | undefined;
  function opened(): Promise<Opened> {
    opening ??= open(settings, idleMs);
    return opening;
  }
  return {
    settings,
    bucket: settings.bucket,
    keyOf: (name) => [settings.prefix, plainName(name)].filter(Boolean).join("/"),
    opened,
    conditions: { areKnown: true },
    async ask(work, { signal } = {}) {
      const all = await opened();
      try {
        return await retrying(() => work({ ...all, abortSignal: signal }), { signal, isPassing });
      } catch (error) {
        signal?.throwIfAborted();
        throw s3Problem(error, settings);
      }
    },
  };
}

/** Imported on first use: it takes 0.2 s and 37 MB, which a worker without such a destination does not pay. */
async function open(settings: S3Settings, idleMs: number): Promise<Opened> {
  const sdk = await import("@aws-sdk/client-s3");
  const { accessKeyId, secretAccessKey, region, endpoint, pathStyle } = settings;
  const withIdle = (socketTimeout: number): S3ClientConfig => ({
    region,
    forcePathStyle: pathStyle,
    credentials: { accessKeyId, secretAccessKey },
    // Each request is tried anew by us: what a server is asked again, and when, depends on what was asked.
    maxAttempts: 1,
    // Many servers do not know the checksums that it would add of itself.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: { ...destinationAgents(), socketTimeout, connectionTimeout: Math.min(10_000, idleMs) },
    ...(endpoint && { endpoint }),
  });
  return {
    sdk,
    client: new sdk.S3Client(withIdle(idleMs)),
    patient: new sdk.S3Client(withIdle(idleMs * patience)),
  };
}
