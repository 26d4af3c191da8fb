import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage, ServerResponse } from "node:http";
import { log } from "@/db/log";
import { countRequest } from "@/server/metrics";

type Noted = { route?: string; userId?: string; tokenId?: string; projectId?: string | null; jobId?: string };

const current = new AsyncLocalStorage<Noted>();

/** Adds to the line that the log gets about this request. */
export const noteOnRequest = (noted: Noted) => void Object.assign(current.getStore() ?? {}, noted);

/** Runs the work of one request, and writes a line about it when its answer is over. */
export function logged<T>(request: IncomingMessage, response: ServerResponse, work: () => T): T {
  const noted: Noted = {};
  const started = performance.now();
  // Gone from the request by the time it is over, and shared by all requests of a connection.
  const { socket } = request;
  const bytesBefore = socket.bytesWritten;
  response.once("close", () => {
    const seconds = (performance.now() - started) / 1000;
    // Without its parameters: a download link carries its signature there.
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const method = request.method ?? "?";
    const status = response.writableFinished ? response.statusCode : 499;
    countRequest({
      method,
      path: kindOf(path, noted.route),
      status,
      seconds,
      bytes: socket.bytesWritten - bytesBefore,
    });
    const requestId = response.getHeader("x-request-id");
    log.info(
      { requestId, method, path: hideSecrets(path), status, ms: Math.round(seconds * 1000), ...noted },
      "request",
    );
  });
  return current.run(noted, work);
}

/** The one page whose address is a secret. */
const hideSecrets = (path: string) => path.replace(/^\/welcome\/.+/, "/welcome/[redacted]");

/** One series an operation: neither ids nor what strangers make up, which would be a series each. */
function kindOf(path: string, route: string | undefined): string {
  if (route) return route;
  if (path.startsWith("/_next/")) return "/_next";
  if (path.startsWith("/api/trpc/")) return "/api/trpc";
  if (path.startsWith("/api/auth/")) return "/api/auth";
  return path.startsWith("/api/") ? "/api" : "page";
}
