import type { CronDate } from "cron-parser";
import { enumerate, isHourly, type Rule } from "@/jobs/schedule/rule";
import { instantsOf, wallOf } from "@/jobs/zone";

/** No zone changes its clocks by more. */
const longestChange = 3 * 3_600_000;
/** Counting ends here: after a longer time it is all the same how many there were. */
const countedAtMost = 1000;

/**
 * The first slot after an instant; null when there is none in the years to come. A slot in the hour that is skipped in spring runs once, as
 * much later as the clocks have gone forward; one in the hour that is repeated in autumn runs once, the first time.
 */
export function nextSlot(rule: Rule, after: Date): Date | null {
  const [slot] = slotsAfter(rule, after, 1);
  return slot ?? null;
}

/** The first so many slots after an instant. */
export function nextSlots(rule: Rule, after: Date, count: number): Date[] {
  return [...slotsAfter(rule, after, count)];
}

/** The last slot up to and with an instant that is not before another one, and how many there are between; null when there is none. */
export function lastSlot(rule: Rule, from: Date, until: Date): { slot: Date; count: number } | null {
  const walls = enumerate(rule.cron, wallOf(until.getTime(), rule.timeZone) + longestChange);
  const hourly = isHourly(rule.cron);
  let latest = Number.NEGATIVE_INFINITY;
  for (;;) {
    const wall = stepped(() => walls.prev());
    if (wall === null) break;
    const due = instantsFor(wall, rule, hourly).filter((instant) => instant <= until.getTime());
    latest = Math.max(latest, ...due);
    const lowest = Math.max(latest, from.getTime());
    if (wall < wallOf(lowest, rule.timeZone) - longestChange) break;
  }
  if (latest < from.getTime()) return null;
  return { slot: new Date(latest), count: countSlots(rule, from, new Date(latest)) };
}

function countSlots(rule: Rule, from: Date, latest: Date): number {
  let count = 0;
  for (const slot of slotsAfter(rule, new Date(from.getTime() - 1), countedAtMost)) {
    if (slot > latest) break;
    count++;
  }
  return count;
}

/** In order, and each once: two walls may be one instant in spring, and the later one may come first. */
function* slotsAfter(rule: Rule, after: Date, count: number): Generator<Date> {
  const walls = enumerate(rule.cron, wallOf(after.getTime(), rule.timeZone) - longestChange - 1);
  const hourly = isHourly(rule.cron);
  const seen = new Set<number>();
  let given = 0;
  let wall: number | null = stepped(() => walls.next());
  while (given < count) {
    // All that clocks could show before the earliest one known are known too.
    while (wall !== null && (seen.size === 0 || wall <= wallOf(Math.min(...seen), rule.timeZone) + longestChange)) {
      for (const instant of instantsFor(wall, rule, hourly)) if (instant > after.getTime()) seen.add(instant);
      wall = stepped(() => walls.next());
    }
    if (seen.size === 0) return;
    const earliest = Math.min(...seen);
    seen.delete(earliest);
    given++;
    yield new Date(earliest);
  }
}

/** The parser gives up where there is nothing for very long. */
function stepped(step: () => CronDate): number | null {
  try {
    return step().getTime();
  } catch {
    return null;
  }
}

function instantsFor(wall: number, rule: Rule, hourly: boolean): number[] {
  const instants = instantsOf(wall, rule.timeZone);
  return hourly ? instants : instants.slice(0, 1);
}
