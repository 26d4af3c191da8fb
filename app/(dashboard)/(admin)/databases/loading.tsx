import { PageHeader } from "@/app/ui/page-header";
import { SkeletonRows } from "@/app/ui/skeleton";

export default function Loading() {
  return (
    <>
      <PageHeader title="Databases" />
      <SkeletonRows rows={3} label="Loading databases" />
    </>
  );
}
