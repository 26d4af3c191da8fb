"use client";

import { MutationCache, QueryCache, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useState } from "react";
import { loginPath } from "@/app/login/next-path";
import { describeError } from "@/app/trpc/error";
import { links } from "@/app/trpc/links";
import { makeQueryClient } from "@/app/trpc/query-client";
import { showError } from "@/app/ui/toaster";
import type { AppRouter } from "@/server/root";

declare module "@tanstack/react-query" {
  interface Register {
    mutationMeta: {
      /** The component shows the error itself, so no toast does. */
      showsError?: boolean;
      /** Nothing that a page shows has changed. */
      changesNothing?: boolean;
    };
  }
}

const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

export { useTRPC, useTRPCClient };

function signInAgain(error: unknown) {
  if (describeError(error).status !== 401) return false;
  const { pathname, search } = window.location;
  window.location.assign(loginPath(pathname + search));
  return true;
}

function makeBrowserClient() {
  const client = makeQueryClient({
    queryCache: new QueryCache({ onError: signInAgain }),
    mutationCache: new MutationCache({
      // One rule for all: after a change, whatever is on the screen is asked for anew.
      onSuccess: (...[, , , mutation]) => {
        if (!mutation.meta?.changesNothing) void client.invalidateQueries();
      },
      onError: (error, ...[, , mutation]) => {
        if (!signInAgain(error) && !mutation.meta?.showsError) showError(describeError(error).message);
      },
    }),
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < 2 && describeError(error).isPassing,
        retryDelay: (failures, error) => (describeError(error).quietSeconds ?? 2 ** failures) * 1000,
      },
    },
  });
  return client;
}

const makeClient = () => (typeof window === "undefined" ? makeQueryClient() : makeBrowserClient());

/** Gives the components inside typed procedures and one cache. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(makeClient);
  const [trpcClient] = useState(() => createTRPCClient<AppRouter>({ links }));
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
