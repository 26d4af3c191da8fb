"use client";

import { useQuery } from "@tanstack/react-query";
import { Charts } from "@/app/statistics/charts";
import { DayTable } from "@/app/statistics/day-table";
import { figuresOf, fillDays, periods, readPeriod } from "@/app/statistics/days";
import { ShareTable } from "@/app/statistics/share-table";
import { StatisticsSkeleton } from "@/app/statistics/statistics-skeleton";
import { StatusBlock } from "@/app/statistics/status-block";
import { useTRPC } from "@/app/trpc/client";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { Foldable } from "@/app/ui/foldable";
import { useQueryState } from "@/app/ui/query-state";
import { useNow } from "@/app/ui/relative-time";
import { Section } from "@/app/ui/section";

/** How backups stand and how exports have gone, of one project or of all that the reader may see. */
export function Statistics({ slug }: { slug?: string }) {
  const trpc = useTRPC();
  const [query] = useQueryState();
  const period = readPeriod(query);
  const now = useNow();
  const status = useQuery(trpc.stats.status.queryOptions({ projectId: slug }));
  const figures = useQuery({
    ...trpc.stats.figures.queryOptions(figuresOf(slug, period)),
    // The numbers stay until the new ones are there.
    placeholderData: (before) => before,
  });
  const failed = [status, figures].find((one) => one.error && !one.data);
  if (failed) {
    const retry = () => void Promise.all([status.refetch(), figures.refetch()]);
    return (
      <ErrorState
        title="The statistics could not be read"
        error={failed.error}
        onRetry={retry}
        retrying={status.isFetching || figures.isFetching}
      />
    );
  }
  if (!status.data || !figures.data) return <StatisticsSkeleton />;
  const { perDay, perProject } = figures.data;
  const days = fillDays(perDay, period, now);
  return (
    <>
      <StatusBlock status={status.data} />
      <Section title="Exports" aside={<PeriodChoice period={period} />}>
        {perDay.length === 0 ? (
          <EmptyState>No export has ended in the last {period} days.</EmptyState>
        ) : (
          <div className="flex flex-col gap-4">
            <Charts days={days} />
            <Foldable summary="The same in numbers, day by day">
              <DayTable days={days} />
            </Foldable>
            <p className="text-muted text-xs">Days are those of UTC. What was cancelled is not counted.</p>
          </div>
        )}
      </Section>
      {slug === undefined && perProject.length > 0 && (
        <Section title="Projects" aside={`last ${period} days`}>
          <ShareTable shares={perProject} />
        </Section>
      )}
    </>
  );
}

function PeriodChoice({ period }: { period: number }) {
  const [, setQuery] = useQueryState();
  return (
    <select
      aria-label="Period"
      value={period}
      onChange={(event) => setQuery({ days: event.target.value })}
      className="h-8 rounded border border-line-strong bg-raised px-2 text-base text-text"
    >
      {periods.map((days) => (
        <option key={days} value={days}>
          Last {days} days
        </option>
      ))}
    </select>
  );
}
