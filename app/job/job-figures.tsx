import { elapsed, type ProgressView } from "@/app/job/progress-view";
import type { Job } from "@/app/trpc/types";
import { formatBytes, formatCount, formatEta, formatRate, formatSeconds, plural } from "@/app/ui/format";

/** Two lines that keep their height, whatever is known: what happens now, and how fast. */
export function JobFigures({ job, view }: { job: Job; view: ProgressView }) {
  return (
    <div className="flex flex-col gap-1 text-sm tabular-nums">
      <p className="min-h-5 truncate">{whatNow(job)}</p>
      <dl className="flex min-h-5 flex-wrap gap-x-5 gap-y-1 text-muted">
        {figures(job, view).map(([name, value]) => (
          <div key={name} className="flex">
            <dt className="sr-only">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function whatNow(job: Job): string {
  if (job.status === "cancelling") return "Cancelling…";
  if (job.status === "pending") return `${job.currentStep ?? "Waiting for a worker"}…`;
  const table = job.progress?.tables.find((entry) => entry.state === "running");
  if (!table?.rows || job.progress?.blockers.length) return job.currentStep ?? "Starting…";
  const expected = table.bytes > 0 ? Math.round((table.rows * table.expectedBytes) / table.bytes) : 0;
  const about = expected > table.rows ? ` of about ${formatCount(roundToTwoDigits(expected))}` : "";
  return `${table.name}: ${formatCount(table.rows)}${about} rows`;
}

/** More digits would pretend to know. */
function roundToTwoDigits(value: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.round(value / step) * step;
}

function figures(job: Job, view: ProgressView): [string, string][] {
  const time = formatSeconds(elapsed(view) / 1000);
  if (job.status === "pending" && !job.startedAt) return [["Time", `waiting for ${time}`]];
  const list: [string, string][] = [];
  const total = job.progress?.bytesTotal;
  if (total)
    list.push(["Data", `${formatBytes(job.bytesDone)} of about ${formatBytes(Math.max(total, job.bytesDone))}`]);
  if (job.rowsDone > 0) list.push(["Rows", plural(job.rowsDone, "row")]);
  if (job.bytesPerSecond) list.push(["Throughput", formatRate(job.bytesPerSecond)]);
  const isLeft = view.eta !== null && job.status === "in_progress" && !job.progress?.blockers.length;
  list.push(["Time", `${time} so far${isLeft ? `, ${formatEta(view.eta ?? 0)} left` : ""}`]);
  if (job.attempts > 1) list.push(["Attempt", `attempt ${job.attempts} of ${job.maxAttempts}`]);
  return list;
}
