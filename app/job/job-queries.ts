import type { JobFilter } from "@/app/trpc/types";

/** Inputs that a page prefetches and its components ask for: they have to be the same. */
export const runningJobs = (projectId?: string) => ({ unfinished: true, limit: 20, ...(projectId && { projectId }) });

export const jobPage = (filter: JobFilter) => ({ limit: 50, ...filter });

export const afterPage = { getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor };
