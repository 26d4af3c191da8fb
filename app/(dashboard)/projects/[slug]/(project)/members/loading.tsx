import { SkeletonRows } from "@/app/ui/skeleton";

export default function Loading() {
  return <SkeletonRows rows={4} label="Loading members" />;
}
