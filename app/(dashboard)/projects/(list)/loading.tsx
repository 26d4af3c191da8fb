import { PageHeader } from "@/app/ui/page-header";
import { Skeleton, SkeletonRows } from "@/app/ui/skeleton";

export default function Loading() {
  return (
    <>
      <PageHeader title="Projects" />
      <div className="flex flex-col gap-3">
        <Skeleton className="h-8 w-72 max-w-full" />
        <SkeletonRows rows={8} label="Loading projects" />
      </div>
    </>
  );
}
