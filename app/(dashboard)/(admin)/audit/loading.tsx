import { PageHeader } from "@/app/ui/page-header";
import { Skeleton, SkeletonRows } from "@/app/ui/skeleton";

export default function Loading() {
  return (
    <>
      <PageHeader title="Audit" />
      <div className="flex flex-col gap-3">
        <Skeleton className="h-8 w-2/3" />
        <SkeletonRows rows={12} label="Loading events" />
      </div>
    </>
  );
}
