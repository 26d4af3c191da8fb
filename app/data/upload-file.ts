import type { DetailedError } from "tus-js-client";
import { refusal } from "@/app/trpc/error";

type DataUploading = {
  /** The project's id or slug. */
  projectId: string;
  /** Hears how much of the file has gone, in percent. */
  onProgress(percent: number): void;
  /** Hears that the upload waits for the network, and that it goes on. */
  onWait(isWaiting: boolean): void;
  /** Gives the upload up, and what has been sent. */
  signal: AbortSignal;
};

const uploadsPath = "/api/v1/uploads";
/** In bytes: what a proxy in between may have to hold of one request. */
const chunkSize = 48 * 1024 * 1024;
/** In ms. They begin anew whenever something has arrived. */
const retryDelays = [0, 1_000, 3_000, 5_000, 10_000, 20_000, 30_000];

/** A name that the server takes, whatever the file is called. */
const nameOf = (file: File) => file.name.replace(/[\p{C}/\\]/gu, "_").slice(-255) || "data";

/** Sends a file of rows in parts, and goes on where it was when the connection is back. Gives the data file's id. */
export async function uploadFile(file: File, uploading: DataUploading): Promise<string> {
  const { projectId, onProgress, onWait, signal } = uploading;
  // Only who imports needs it.
  const { Upload } = await import("tus-js-client");
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const upload = new Upload(file, {
    endpoint: uploadsPath,
    metadata: { filename: nameOf(file), project_id: projectId },
    chunkSize,
    retryDelays,
    storeFingerprintForResuming: false,
    onProgress: (sent, total) => onProgress(total > 0 ? (100 * sent) / total : 0),
    onSuccess: () => resolve(upload.url?.split("/").at(-1) ?? ""),
    onError(error) {
      if (navigator.onLine || signal.aborted) return reject(asRefusal(error));
      onWait(true);
      addEventListener("online", goOn, { once: true, signal });
    },
  });
  function goOn() {
    onWait(false);
    upload.start();
  }
  const giveUp = () => {
    // What has been sent goes with the sweep, should this not arrive.
    upload.abort(true).catch(() => {});
    reject(refusal({ message: "The upload was cancelled." }));
  };
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  else upload.start();
  return promise.finally(() => signal.removeEventListener("abort", giveUp));
}

type Answer = { code?: string; message?: string; requestId?: string };

/** What the server said; else that the connection was lost for good. */
function asRefusal(error: Error | DetailedError): Error {
  const response = "originalResponse" in error ? error.originalResponse : null;
  const message = "The connection was lost. Try again.";
  if (!response) return refusal({ message });
  const answer = answerIn(response.getBody());
  return refusal({
    message: answer.message ?? "The file could not be uploaded.",
    code: answer.code,
    status: response.getStatus(),
    requestId: answer.requestId ?? response.getHeader("X-Request-Id") ?? null,
  });
}

function answerIn(body: string): Answer {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}
