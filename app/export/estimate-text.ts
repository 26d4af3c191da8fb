import type { BackupCompression, ExportEstimate } from "@/app/trpc/types";
import { formatBytes, formatDuration, plural } from "@/app/ui/format";

/** What is left of typical tables. Sources: performance.md, and the first real backup replaces it. */
const typicalShare: Record<BackupCompression, number> = { gzip: 0.36, zstd: 0.33, none: 1 };

/** `About 6 MB from 48 MB in 12 tables, last time 13 s.` Null when nothing is known. */
export function estimateText({ last, schema }: ExportEstimate, compression: BackupCompression): string | null {
  const from = schema?.bytes ?? last?.originalBytes;
  if (from === undefined) return null;
  const size = last ? fromLast(last, compression) : from * typicalShare[compression];
  const tables = schema ? ` in ${plural(schema.tables, "table")}` : "";
  const lastTime = last ? `, last time ${formatDuration(last.durationMs)}` : "";
  return `About ${formatBytes(size)} from ${formatBytes(from)}${tables}${lastTime}.`;
}

function fromLast(last: NonNullable<ExportEstimate["last"]>, compression: BackupCompression): number {
  if (last.compression === compression) return last.sizeBytes;
  return last.originalBytes * typicalShare[compression];
}
