import { httpBatchLink, httpLink, splitLink, type TRPCLink } from "@trpc/client";
import type { AppRouter } from "@/server/root";

const url = "/api/trpc";

/** For a call that asks a tenant's server and may take its time: nothing else should wait for it. */
export const alone = { context: { alone: true } };

/** Calls of the same moment travel together; the server takes ten at a time. */
export const links: TRPCLink<AppRouter>[] = [
  splitLink({
    condition: (call) => call.context.alone === true,
    true: httpLink({ url }),
    false: httpBatchLink({ url, maxItems: 10 }),
  }),
];
