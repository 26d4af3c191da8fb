import { SkeletonRows } from "@/app/ui/skeleton";

export default function Loading() {
  return <SkeletonRows rows={8} label="Loading tables" />;
}
