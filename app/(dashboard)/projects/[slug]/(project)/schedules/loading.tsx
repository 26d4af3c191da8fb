import { SkeletonRows } from "@/app/ui/skeleton";

export default function Loading() {
  return <SkeletonRows rows={3} label="Loading schedules" />;
}
