import { setTimeout as delay } from "node:timers/promises";
import { codeOf } from "@/db/errors";

/** How often something is tried in all. */
const mostTries = 6;

export type RetryOptions = {
  signal?: AbortSignal | undefined;
  /** Whether time may cure it. */
  isPassing(error: unknown): boolean;
};

/** Tries until it is done, it was aborted, or time cannot cure what goes wrong. */
export async function retrying<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, isPassing } = options;
  for (let failures = 1; ; failures++) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (failures >= mostTries || !isPassing(error)) throw error;
      await backoff(failures, signal);
    }
  }
}

/** Waits after so many failures one after another: each time about twice as long, up to 10 s. */
export async function backoff(failures: number, signal?: AbortSignal): Promise<void> {
  const most = Math.min(10_000, 200 * 2 ** (failures - 1));
  // Many that were refused together do not come back together.
  await pause(most * (0.5 + Math.random() / 2), signal);
}

/** Throws the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

const brokenCodes =
  /^(ECONN|EPIPE|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|HPE_|ERR_STREAM_PREMATURE_CLOSE|ERR_SSL_|EPROTO)/;

/** Whether it was the way to a server that broke, or a server that was not heard. */
export function isBroken(error: unknown): boolean {
  if (error instanceof Error && /^(TimeoutError|RequestTimeout)$/.test(error.name)) return true;
  if (error instanceof Error && /^(aborted|socket hang up|Premature close)$/.test(error.message)) return true;
  return brokenCodes.test(codeOf(error) ?? "");
}

const certificateCodes = /^(CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH|ERR_OSSL)/;

/** Whether the server's certificate is not one to be trusted. */
export const isUntrusted = (error: unknown): boolean => certificateCodes.test(codeOf(error) ?? "");
