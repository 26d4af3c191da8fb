import type { Cleanup } from "@/app/trpc/types";
import { formatBytes, formatCount, plural } from "@/app/ui/format";

type Counted = { deleted: unknown[]; kept: unknown[]; freedBytes: number };

/** `5 of 24 backups go, which frees 31 MB.` */
export function planWords({ deleted, kept, freedBytes }: Counted): string {
  const all = deleted.length + kept.length;
  if (all === 0) return "There is no backup yet.";
  if (deleted.length === 0) return all === 1 ? "The only backup stays." : `All ${formatCount(all)} backups stay.`;
  const going = `${formatCount(deleted.length)} of ${plural(all, "backup")}`;
  return `${going} ${deleted.length === 1 ? "goes" : "go"}, which frees ${formatBytes(freedBytes)}.`;
}

/** `Not one of the newest 7, older than 30 days` */
export function reasonWords({ reasons }: Pick<Cleanup["kept"][number], "reasons">): string {
  const text = reasons.join(", ") || "no rule is about it";
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What came of a plan, when fewer are gone than it said; null when it was carried out to the letter. */
export function missedWords(planned: number, deleted: number): string | null {
  const missed = planned - deleted;
  if (missed <= 0) return null;
  return missed === 1
    ? "One of them was pinned, used or deleted by somebody else in the meantime."
    : `${formatCount(missed)} of them were pinned, used or deleted by somebody else in the meantime.`;
}
