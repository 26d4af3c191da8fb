import { BarChart } from "@/app/statistics/bar-chart";
import { meanSeconds, successRate, sumOf } from "@/app/statistics/days";
import type { DayFigures } from "@/app/trpc/types";
import { formatBytes, formatCount, formatDuration, plural } from "@/app/ui/format";

/** Size, exports and durations, one picture each. */
export function Charts({ days }: { days: DayFigures[] }) {
  const bytes = sumOf(days, (day) => day.bytes);
  const completed = sumOf(days, (day) => day.completed);
  const failed = sumOf(days, (day) => day.failed);
  const mean = meanSeconds(days);
  const most = (read: (day: DayFigures) => number) => Math.max(...days.map(read));
  return (
    <div className="grid gap-x-8 gap-y-6 lg:grid-cols-3">
      <BarChart
        title="Size per day"
        summary={`${formatBytes(bytes)} in ${plural(
          sumOf(days, (day) => day.count),
          "backup",
        )} that are kept`}
        top={formatBytes(most((day) => day.bytes))}
        bars={days.map(({ day, bytes: size, count }) => ({
          day,
          parts: [size],
          text: count === 0 ? "nothing kept" : `${formatBytes(size)} in ${plural(count, "backup")}`,
        }))}
      />
      <BarChart
        title="Exports per day"
        summary={`${formatCount(completed)} of ${plural(completed + failed, "export")} ended well, ${successRate({ completed, failed })}`}
        top={formatCount(most((day) => day.completed + day.failed))}
        legend={["ended well", "failed"]}
        bars={days.map((day) => ({
          day: day.day,
          parts: [day.completed, day.failed],
          text: `${formatCount(day.completed)} ended well, ${formatCount(day.failed)} failed`,
        }))}
      />
      <BarChart
        title="Duration per day"
        summary={mean === null ? "No export ended well" : `${formatDuration(mean * 1000)} on average`}
        top={formatDuration(most((day) => day.meanSeconds ?? 0) * 1000)}
        bars={days.map(({ day, meanSeconds: seconds }) => ({
          day,
          parts: [seconds ?? 0],
          text: seconds === null ? "no export ended well" : `${formatDuration(seconds * 1000)} on average`,
        }))}
      />
    </div>
  );
}
