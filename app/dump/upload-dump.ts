import { refusal } from "@/app/trpc/error";

type Uploading = {
  /** Hears how much of the file has gone, in percent. */
  onProgress(percent: number): void;
  signal: AbortSignal;
};

type Answer = { dump_id?: string; code?: string; message?: string; requestId?: string };

/** A name that the server takes, whatever the file is called. */
const nameOf = (file: File) => file.name.replace(/[\p{C}/\\]/gu, "_").slice(-255) || "dump";

/** Sends a file as it is. Gives the dump's id. `fetch` would not tell how far it is. */
export function uploadDump(file: File, { onProgress, signal }: Uploading): Promise<string> {
  const request = new XMLHttpRequest();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request.open("POST", `/api/v1/dumps?filename=${encodeURIComponent(nameOf(file))}`);
  request.responseType = "json";
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? (100 * loaded) / total : 0);
  request.onload = () => {
    const answer: Answer | null = request.response;
    if (request.status === 201 && answer?.dump_id) return resolve(answer.dump_id);
    const message = answer?.message ?? "The file could not be uploaded.";
    reject(refusal({ message, code: answer?.code, status: request.status, requestId: answer?.requestId ?? null }));
  };
  const cutOff = "The upload was cut off. The file may be larger than this server takes, or the connection was lost.";
  request.onerror = () => reject(refusal({ message: cutOff }));
  request.onabort = () => reject(refusal({ message: "The upload was cancelled." }));
  signal.addEventListener("abort", () => request.abort(), { once: true });
  request.send(file);
  return promise;
}
