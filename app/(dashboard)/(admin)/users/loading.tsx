import { PageHeader } from "@/app/ui/page-header";
import { SkeletonRows } from "@/app/ui/skeleton";

export default function Loading() {
  return (
    <>
      <PageHeader title="Users" />
      <SkeletonRows rows={5} label="Loading users" />
    </>
  );
}
