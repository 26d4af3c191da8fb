import { QueryClient, type QueryClientConfig } from "@tanstack/react-query";

/** What goes from a server component to the browser looks as if tRPC had sent it: JSON, dates as text. */
const asSent = (data: unknown): unknown => JSON.parse(JSON.stringify(data ?? null));

/** One per request on the server, one per tab in the browser. */
export function makeQueryClient({ defaultOptions, ...caches }: QueryClientConfig = {}): QueryClient {
  return new QueryClient({
    ...caches,
    defaultOptions: {
      // A server on the same machine can be reached while the browser believes to be offline.
      queries: { staleTime: 20_000, networkMode: "always", ...defaultOptions?.queries },
      mutations: { networkMode: "always" },
      dehydrate: { serializeData: asSent },
    },
  });
}
