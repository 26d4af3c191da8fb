"use client";

import type { ReactNode } from "react";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { LoadMore } from "@/app/ui/load-more";
import { SkeletonRows } from "@/app/ui/skeleton";

/** What a list that comes page by page says about itself. */
export type ListState = {
  isLoading: boolean;
  /** Why there is no list at all. */
  error: unknown;
  /** Why the next page did not come. */
  moreError: unknown;
  isRefetching: boolean;
  hasMore: boolean;
  isLoadingMore: boolean;
  refetch: () => void;
  loadMore: () => void;
};

type InfiniteQuery = {
  isPending: boolean;
  isFetching: boolean;
  isLoadingError: boolean;
  isFetchNextPageError: boolean;
  isFetchingNextPage: boolean;
  hasNextPage: boolean;
  error: unknown;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
};

export function listState(query: InfiniteQuery): ListState {
  return {
    isLoading: query.isPending && !query.isLoadingError,
    error: query.isLoadingError ? query.error : null,
    moreError: query.isFetchNextPageError ? query.error : null,
    isRefetching: query.isFetching,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    refetch: () => void query.refetch(),
    loadMore: () => void query.fetchNextPage(),
  };
}

type Props<Item> = {
  list: ListState;
  items: Item[];
  /** What the items are called, many of them: "backups". */
  noun: string;
  /** How many lines stand there until the list comes. */
  skeletonRows?: number;
  /** Takes the filters away. None where none is set. */
  onClearFilters?: (() => void) | false;
  noMatch: string;
  /** What stands there when there is nothing, with no filter set. */
  empty: ReactNode;
  children: ReactNode;
};

/** A list in all its states: on its way, not to be read, empty, without a match, there, with more to come. */
export function PagedList<Item>({ list, items, noun, skeletonRows = 8, onClearFilters, ...rest }: Props<Item>) {
  const isEmpty = !list.isLoading && !list.error && items.length === 0;
  return (
    <>
      {Boolean(list.error) && (
        <ErrorState
          title={`The ${noun} could not be read`}
          error={list.error}
          onRetry={list.refetch}
          retrying={list.isRefetching}
        />
      )}
      {list.isLoading && !list.error && <SkeletonRows rows={skeletonRows} label={`Loading ${noun}`} />}
      {isEmpty && onClearFilters && (
        <EmptyState action={<Button onClick={onClearFilters}>Clear filters</Button>}>{rest.noMatch}</EmptyState>
      )}
      {isEmpty && !onClearFilters && rest.empty}
      {items.length > 0 && rest.children}
      <LoadMore hasMore={list.hasMore} isLoading={list.isLoadingMore} error={list.moreError} onLoad={list.loadMore} />
    </>
  );
}
