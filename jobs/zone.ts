const formatters = new Map<string, Intl.DateTimeFormat>();

/** Whether the time zone database has this name. Offsets such as `+02:00` are no names: they know nothing of summer time. */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formatters.set(zone, made);
  return made;
}

/** What clocks in the zone show at an instant, as if that were UTC. In ms, without the fraction of a second. */
export function wallOf(instant: number, zone: string): number {
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const figure = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
  return Date.UTC(
    figure("year"),
    figure("month") - 1,
    figure("day"),
    figure("hour"),
    figure("minute"),
    figure("second"),
  );
}

const day = 86_400_000;

/** How far clocks in the zone are ahead of UTC, in ms. */
const offsetAt = (instant: number, zone: string) => wallOf(instant, zone) - Math.floor(instant / 1000) * 1000;

/**
 * When clocks in the zone show this: once as a rule, twice in the hour that is repeated in autumn, the earlier first. For what no
 * clock shows in spring it is the instant that would have shown it without the change, e.g. 03:30 for 02:30.
 */
export function instantsOf(wall: number, zone: string): number[] {
  const before = offsetAt(wall - day, zone);
  const offsets = [...new Set([before, offsetAt(wall + day, zone)])];
  const shown = offsets.map((offset) => wall - offset).filter((instant) => wallOf(instant, zone) === wall);
  return shown.length > 0 ? shown.toSorted((a, b) => a - b) : [wall - before];
}
