import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { isJson, isSameOrigin } from "@/app/api/same-origin";
import { appRouter } from "@/server/root";
import { createContext } from "@/server/trpc";

export const GET = (request: Request) =>
  fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    maxBatchSize: 10,
    createContext: () => createContext(request.headers),
    responseMeta: ({ ctx }) => ({
      headers: new Headers({ "Cache-Control": "no-store", ...(ctx && { "X-Request-Id": ctx.requestId }) }),
    }),
  });

export function POST(request: Request) {
  if (!isJson(request.headers)) return new Response("Send application/json.", { status: 415 });
  if (!isSameOrigin(request.headers)) return new Response("Only Coffer's own pages may do this.", { status: 403 });
  return GET(request);
}
