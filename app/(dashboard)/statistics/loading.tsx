import { StatisticsSkeleton } from "@/app/statistics/statistics-skeleton";
import { PageHeader } from "@/app/ui/page-header";

export default function Loading() {
  return (
    <>
      <PageHeader title="Statistics" />
      <StatisticsSkeleton />
    </>
  );
}
