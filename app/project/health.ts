import { fallWords } from "@/app/backup/fall-words";
import type { Project } from "@/app/trpc/types";
import type { Tone } from "@/app/ui/status-mark";

const tooOldAfter = 7 * 24 * 3600 * 1000;

type Verdict = { tone: Tone; word: string; isGood: boolean };

/** How the last good backup stands. Older than a week is too old to be called one. */
export function freshness(
  lastBackup: Pick<NonNullable<Project["lastBackup"]>, "createdAt"> | null,
  now: number,
): Verdict {
  if (!lastBackup) return { tone: "bad", word: "No backup", isGood: false };
  const isOld = now - Date.parse(lastBackup.createdAt) > tooOldAfter;
  return isOld ? { tone: "bad", word: "Too old", isGood: false } : { tone: "good", word: "Fresh", isGood: true };
}

/** A project at a glance: the worst thing there is to know. */
export function healthOf(project: Pick<Project, "lastBackup" | "lastExport">, now: number): Verdict {
  if (project.lastExport?.status === "failed") return { tone: "bad", word: "Last export failed", isGood: false };
  const standing = freshness(project.lastBackup, now);
  const fall = project.lastBackup?.fall;
  return standing.isGood && fall ? { tone: "warn", word: fallWords(fall), isGood: false } : standing;
}
