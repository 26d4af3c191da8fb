import type { DayFigures } from "@/app/trpc/types";

export const periods = [7, 30, 90, 365] as const;

const usual = 30;

/** The period that an address names, in days. */
export const readPeriod = (query: Pick<URLSearchParams, "get">): number =>
  periods.find((days) => String(days) === query.get("days")) ?? usual;

/** What to ask for; the server's page and the browser's ask the same. */
export const figuresOf = (projectId: string | undefined, days: number) => ({ projectId, days });

const dayMs = 86_400_000;

/** Every day of the period, the oldest first, also those without an export. Days are those of UTC; `now` in ms. */
export function fillDays(known: DayFigures[], count: number, now: number): DayFigures[] {
  const byDay = new Map(known.map((figures) => [figures.day, figures]));
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(now - (count - 1 - index) * dayMs).toISOString().slice(0, 10);
    return byDay.get(day) ?? { day, count: 0, bytes: 0, completed: 0, failed: 0, meanSeconds: null };
  });
}

type Exports = Pick<DayFigures, "completed" | "failed" | "meanSeconds">;

/** The mean of all exports that ended well, in seconds; null without any. */
export function meanSeconds(figures: Exports[]): number | null {
  const completed = figures.reduce((sum, one) => sum + one.completed, 0);
  if (completed === 0) return null;
  return figures.reduce((sum, one) => sum + (one.meanSeconds ?? 0) * one.completed, 0) / completed;
}

/** How many ended well, in percent: `98 %`. Only when all did it is `100 %`, and only when none did `0 %`. */
export function successRate({ completed, failed }: Pick<Exports, "completed" | "failed">): string {
  const all = completed + failed;
  if (all === 0) return "–";
  const percent = (completed / all) * 100;
  const inBetween = completed > 0 && failed > 0;
  return `${inBetween ? Math.min(99, Math.max(1, Math.round(percent))) : Math.round(percent)} %`;
}

export const sumOf = <Item>(items: Item[], read: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + read(item), 0);
