import { alone } from "@/app/trpc/links";

/** For what is read from a backup's file: it takes its time, and never changes. */
export const readOnce = { trpc: alone, staleTime: Number.POSITIVE_INFINITY, retry: false };
