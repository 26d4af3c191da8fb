import type { Schedule } from "@/app/trpc/types";

type Query = { state: { data?: Schedule[] } };

/** How often schedules are asked for, in ms: while one of them runs somebody watches, and otherwise clocks go on. */
export const scheduleRefresh = {
  refetchInterval: ({ state }: Query) => (state.data?.some(({ lastRun }) => lastRun?.unfinished) ? 3_000 : 30_000),
};
