import { PageHeader } from "@/app/ui/page-header";
import { SkeletonRows } from "@/app/ui/skeleton";

export default function Loading() {
  return (
    <>
      <PageHeader title="Schedules" />
      <SkeletonRows rows={4} label="Loading schedules" />
    </>
  );
}
