import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import type { AppError } from "@/db/errors";
import type { Exchange } from "@/server/exchange";
import { toAppError } from "@/server/problem";
import { appRouter } from "@/server/root";
import { isJson, isSameOrigin } from "@/server/same-origin";
import { createContext } from "@/server/trpc";

const prefix = "/api/trpc/";
const maxBodySize = 1024 * 1024;
const maxBatchSize = 10;

/**
 * Serves the procedures to the dashboard, in front of Next: each open dialog asks once a second, and a route of Next costs
 * several times what the answer does. Gives false for any other request.
 */
export async function serveProcedures({ request, response, headers, url }: Exchange): Promise<boolean> {
  const { pathname } = url;
  if (!pathname.startsWith(prefix)) return false;
  const refusal = refusalOf(request.method, headers);
  if (refusal) {
    response.writeHead(refusal.status, { "Content-Type": "text/plain; charset=utf-8" }).end(refusal.message);
    return true;
  }
  await nodeHTTPRequestHandler({
    req: request,
    res: response,
    path: pathname.slice(prefix.length),
    router: appRouter,
    maxBodySize,
    maxBatchSize,
    createContext: () => createContext(headers),
    responseMeta: ({ errors }) => ({ headers: metaOf(errors.map(toAppError)) }),
  });
  return true;
}

function metaOf(errors: AppError[]): Headers {
  const headers = new Headers({ "Cache-Control": "no-store" });
  const waits = errors.flatMap(({ details }) => details.retryAfter ?? []);
  if (waits.length > 0) headers.set("Retry-After", String(Math.max(...waits)));
  return headers;
}

/** What only our own pages may send, and only in the one form that another page cannot make a browser send. */
function refusalOf(method: string | undefined, headers: Headers): { status: number; message: string } | null {
  if (method === "GET" || method === "HEAD") return null;
  if (method !== "POST") return { status: 405, message: "Use GET or POST." };
  if (!isJson(headers)) return { status: 415, message: "Send application/json." };
  if (!isSameOrigin(headers)) return { status: 403, message: "Only Coffer's own pages may do this." };
  return null;
}
