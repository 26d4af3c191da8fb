"use client";

import { skipToken, useInfiniteQuery } from "@tanstack/react-query";
import { backupsOf, failuresOf, type HistoryFilter } from "@/app/history/history-filter";
import { mergeHistory } from "@/app/history/merge-history";
import { afterPage } from "@/app/job/job-queries";
import { useTRPC } from "@/app/trpc/client";
import type { ListState } from "@/app/ui/paged-list";

/** The backups of a project and the exports that left none, page by page. */
export function useHistory(slug: string, filter: HistoryFilter) {
  const trpc = useTRPC();
  const wanted = { backups: backupsOf(slug, filter), failures: failuresOf(slug, filter) };
  const backups = useInfiniteQuery(
    trpc.backup.listBackups.infiniteQueryOptions(wanted.backups ?? skipToken, afterPage),
  );
  const failures = useInfiniteQuery(trpc.job.list.infiniteQueryOptions(wanted.failures ?? skipToken, afterPage));
  const lists = [wanted.backups ? backups : null, wanted.failures ? failures : null].filter((list) => list !== null);

  const { entries, reaches } = mergeHistory(
    {
      items: wanted.backups ? (backups.data?.pages.flatMap((page) => page.items) ?? []) : [],
      hasMore: wanted.backups !== null && backups.hasNextPage,
    },
    {
      items: wanted.failures ? (failures.data?.pages.flatMap((page) => page.items) ?? []) : [],
      hasMore: wanted.failures !== null && failures.hasNextPage,
    },
  );
  const state: ListState = {
    isLoading: lists.some((list) => list.isPending),
    error: lists.find((list) => list.isLoadingError)?.error ?? null,
    moreError: lists.find((list) => list.isFetchNextPageError)?.error ?? null,
    isRefetching: lists.some((list) => list.isFetching),
    hasMore: reaches.backups || reaches.failures,
    isLoadingMore: lists.some((list) => list.isFetchingNextPage),
    refetch: () => {
      for (const list of lists) void list.refetch();
    },
    loadMore: () => {
      if (reaches.backups) void backups.fetchNextPage();
      if (reaches.failures) void failures.fetchNextPage();
    },
  };
  return { ...state, entries };
}
