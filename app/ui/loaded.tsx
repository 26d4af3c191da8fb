import type { ReactNode } from "react";
import { ErrorState } from "@/app/ui/error-state";
import { SkeletonRows } from "@/app/ui/skeleton";

type Query<T> = { data: T | undefined; error: unknown; refetch: () => unknown; isFetching: boolean };

type Props<T> = {
  query: Query<T>;
  /** What stands there until it has come: how many lines, and what they are read out as. */
  rows: number;
  loading: string;
  /** What stands there, above the cause, when it has not. */
  failed: string;
  children: (data: T) => ReactNode;
};

/** What a query reads, in all its states. After an error the last answer stays. */
export function Loaded<T>({ query: { data, error, refetch, isFetching }, rows, loading, failed, children }: Props<T>) {
  if (data !== undefined) return children(data);
  if (!error) return <SkeletonRows rows={rows} label={loading} />;
  return <ErrorState title={failed} error={error} onRetry={() => void refetch()} retrying={isFetching} />;
}
