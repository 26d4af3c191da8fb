import type { Fall } from "@/app/trpc/types";
import { formatBytes, formatCount, plural } from "@/app/ui/format";

/** `99 % fewer rows`, `60 % less data`; never `100 %` while anything is left. */
export function fallWords({ what, now, usual }: Fall): string {
  const percent = Math.min(now > 0 ? 99 : 100, Math.round((1 - now / usual) * 100));
  return `${percent} % ${what === "rows" ? "fewer rows" : "less data"}`;
}

/** `1,204 rows, where the median of the 7 backups before it is 412,093.` */
export function fallDetails({ what, now, usual, compared }: Fall): string {
  const before = `the median of the ${formatCount(compared)} backups before it is`;
  return what === "rows"
    ? `${plural(now, "row")}, where ${before} ${formatCount(usual)}.`
    : `${formatBytes(now)} before compression, where ${before} ${formatBytes(usual)}.`;
}
