import { StatisticsSkeleton } from "@/app/statistics/statistics-skeleton";

export default function Loading() {
  return <StatisticsSkeleton />;
}
