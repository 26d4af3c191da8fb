import type { Schedule } from "@/app/trpc/types";
import { plural } from "@/app/ui/format";
import type { Tone } from "@/app/ui/status-mark";

/** What a schedule is of. */
export function scopeWords({
  pattern,
  projectName,
  projectCount,
}: Pick<Schedule, "pattern" | "projectName" | "projectCount">) {
  if (pattern === null) return projectName ?? "A project";
  return `${pattern === "*" ? "All projects" : pattern} (${projectCount} now)`;
}

/** How the last run has ended, or how far it is. */
export function outcomeOf(run: Schedule["lastRun"]): { tone: Tone; words: string } {
  if (!run) return { tone: "idle", words: "Has not run yet" };
  const { jobs, completed, failed, unfinished } = run;
  if (failed > 0)
    return { tone: "bad", words: jobs === 1 ? "Failed" : `${failed} of ${plural(jobs, "backup")} failed` };
  if (unfinished > 0)
    return { tone: "running", words: jobs === 1 ? "Running" : `Running: ${completed} of ${jobs} done` };
  return { tone: "good", words: jobs === 1 ? "Backup made" : `${plural(jobs, "backup")} made` };
}

/** A slot as clocks in the schedule's zone show it, e.g. `Mon, 2 Mar 2026, 02:00`. */
export const slotInZone = (slot: string, timeZone: string): string =>
  new Date(slot).toLocaleString("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  });
