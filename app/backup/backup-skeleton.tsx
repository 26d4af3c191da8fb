import { Skeleton, SkeletonRows } from "@/app/ui/skeleton";

export function BackupSkeleton() {
  return (
    <>
      <div className="flex flex-col gap-2">
        <Skeleton className="h-5 w-48" />
        <Skeleton className="h-8 w-96 max-w-full" />
        <Skeleton className="h-5 w-64" />
      </div>
      <SkeletonRows rows={10} label="Loading the backup" />
    </>
  );
}
