const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `412,093 rows`, `1 row` */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${number.format(value)} ${value === 1 ? one : many}`;

const units = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Bytes in steps of 1000, as the dashboard has them: `6.1 MB`. */
export function sized(bytes: number): string {
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, "")} ${units[step]}`;
}

/** `0.4 s`, `13 s`, `1 min 5 s`, `2 h 3 min` */
export function lasting(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1).replace(/\.0$/, "")} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `29 Jan 2026, 15:30 UTC` */
export const stamped = (time: Date): string =>
  `${time.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" })} UTC`;
