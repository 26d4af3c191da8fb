import { SkeletonRows } from "@/app/ui/skeleton";

export default function Loading() {
  return <SkeletonRows rows={6} label="Loading the import" />;
}
