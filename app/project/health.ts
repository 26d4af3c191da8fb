import { fallWords } from "@/app/backup/fall-words";
import type { Project } from "@/app/trpc/types";
import type { Tone } from "@/app/ui/status-mark";

const tooOldAfter = 7 * 24 * 3600 * 1000;
export const tooOldAbout = "The last good one is more than a week old.";

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

/** The same, where a backup that holds far less than usual is not called good only because it is fresh. */
export function standingOf(
  lastBackup: Pick<NonNullable<Project["lastBackup"]>, "createdAt" | "fall"> | null,
  now: number,
): Verdict {
  const standing = freshness(lastBackup, now);
  if (!standing.isGood || !lastBackup?.fall) return standing;
  return { tone: "warn", word: fallWords(lastBackup.fall), isGood: false };
}

/** A project at a glance: the worst thing there is to know. */
export function healthOf(project: Pick<Project, "lastBackup" | "lastExport">, now: number): Verdict {
  if (project.lastExport?.status === "failed") return { tone: "bad", word: "Last export failed", isGood: false };
  return standingOf(project.lastBackup, now);
}
