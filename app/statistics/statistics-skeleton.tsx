import { Skeleton } from "@/app/ui/skeleton";

export function StatisticsSkeleton() {
  return (
    <div role="status" aria-label="Loading statistics" className="flex flex-col gap-6">
      <Skeleton className="h-17" />
      <div className="grid gap-x-8 gap-y-6 lg:grid-cols-3">
        <Skeleton className="h-52" />
        <Skeleton className="h-52" />
        <Skeleton className="h-52" />
      </div>
    </div>
  );
}
