const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `412,093` */
export const formatCount = (value: number): string => number.format(value);

/** `1 backup`, `24 backups` */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${formatCount(value)} ${value === 1 ? one : many}`;

const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Bytes in steps of 1000, three digits at most: `812 B`, `6.1 MB`, `48.2 MB`, `300 MB`. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  // What would round up to 1000 belongs to the next unit.
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${byteUnits[unit]}`;
}

/** `31 MB/s` */
export const formatRate = (bytesPerSecond: number): string => `${formatBytes(roundTo(bytesPerSecond, 2))}/s`;

/** Milliseconds as `0.4 s`, `13 s`, `1 min 5 s`, `2 h 3 min`. */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1).replace(/\.0$/, "")} s`;
  return formatSeconds(Math.round(ms / 1000));
}

/** Whole seconds as `4 s`, `1 min 5 s`, `2 h 3 min`. */
export function formatSeconds(total: number): string {
  const seconds = Math.max(0, Math.round(total));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(`${minutes} min`, seconds % 60, "s");
  return joined(`${Math.floor(minutes / 60)} h`, minutes % 60, "min");
}

/** A guess, so in steps that do not pretend to know: `about 4 s`, `about 25 s`, `about 3 min`. */
export function formatEta(seconds: number): string {
  if (seconds <= 10) return `about ${Math.max(1, Math.ceil(seconds))} s`;
  if (seconds < 60) return `about ${Math.ceil(seconds / 5) * 5} s`;
  if (seconds < 3600) return `about ${Math.round(seconds / 60)} min`;
  return `about ${joined(`${Math.floor(seconds / 3600)} h`, Math.round((seconds % 3600) / 600) * 10, "min")}`;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long ago, in one unit: `just now`, `4 min ago`, `2 h ago`, `yesterday`, `3 d ago`. Times in ms. */
export function formatAgo(time: number, now: number): string {
  const ago = now - time;
  if (ago < 45_000) return "just now";
  if (ago < hour) return `${Math.max(1, Math.round(ago / minute))} min ago`;
  if (ago < day) return `${Math.round(ago / hour)} h ago`;
  if (ago < 2 * day) return "yesterday";
  if (ago < 60 * day) return `${Math.floor(ago / day)} d ago`;
  return ago < 730 * day ? `${Math.floor(ago / (30 * day))} months ago` : `${Math.floor(ago / (365 * day))} years ago`;
}

/** How long until a time to come, in one unit: `in a moment`, `in 4 min`, `in 2 h`, `in 90 d`. Times in ms. */
export function formatUntil(time: number, now: number): string {
  const left = time - now;
  if (left < minute) return "in a moment";
  if (left < hour) return `in ${Math.round(left / minute)} min`;
  // Within two days hours still matter.
  return left < 2 * day ? `in ${Math.round(left / hour)} h` : `in ${Math.round(left / day)} d`;
}

/** The whole time with its zone, in the zone of whoever reads it: `29 Jan 2026, 15:30:07 CET`. */
export const formatAbsolute = (time: Date): string =>
  time.toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });

const dayOfYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** `2026-01-29` as `29 Jan`. */
export const formatDay = (day: string): string => dayOfYear.format(Date.parse(`${day}T00:00:00Z`));

/** `15:30:07.214` */
export function formatClock(time: Date): string {
  const [hours, minutes, seconds] = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${hours}:${minutes}:${seconds}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** A server_version_num as people say it: 150018 is `15.18`. */
export const formatServerVersion = (version: number): string => `${Math.floor(version / 10_000)}.${version % 10_000}`;

/** Enough of a hash to compare by eye: `9f2c41…e01a`. */
export const shortHash = (hash: string): string => `${hash.slice(0, 8)}…${hash.slice(-8)}`;

const joined = (first: string, rest: number, unit: string) => (rest === 0 ? first : `${first} ${rest} ${unit}`);

function roundTo(value: number, digits: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - digits + 1);
  return Math.round(value / step) * step;
}
