import { createHash } from "node:crypto";
import { wallOf } from "@/jobs/zone";

/** What a policy has to know of a backup. */
export type Candidate = {
  id: string;
  projectId: string;
  createdAt: Date;
  /** A whole file of it is somewhere, as far as we know. */
  isGood: boolean;
  /** One of its copies is missing since lately: looked for again, it may be there. */
  mayComeBack: boolean;
  /** Its whole file is here, or at a destination that works. */
  isWithinReach: boolean;
  /** It holds far less than those before it. */
  isFallen: boolean;
  /** It was verified at some level. */
  isProven: boolean;
  /** It was restored once, and was equal. */
  isRestored: boolean;
  isPinned: boolean;
  /** Somebody downloads, verifies, clones or restores it now. */
  isInUse: boolean;
};

/** A rule that is left out says nothing. A backup stays when any rule keeps it. */
export type Policy = {
  /** The newest so many of each project. */
  keepCount?: number;
  /** All that are younger. */
  olderThanDays?: number;
  /** The newest of each of the last so many days, weeks and months that have any. */
  keepDaily?: number;
  keepWeekly?: number;
  keepMonthly?: number;
  /** Whose days, weeks and months those are, as the IANA database calls it; UTC by default. */
  timeZone?: string;
  /** Backups that were never proven are kept by no rule, once a proven one is newer. */
  deleteUnverified?: boolean;
  /** Backups of which no whole file is left, here or at a destination, are kept by no rule, unless one may be found again. */
  deleteFailed?: boolean;
};

/** What becomes of one backup, and why: a sentence's end, e.g. `one of the newest 7`. */
export type Verdict = { id: string; keep: boolean; reasons: string[] };

const day = 86_400_000;

/**
 * What a policy does to the backups, each with its reasons. Never given up, whatever the policy says: what is pinned or in
 * use, and each project's newest good, last good and last proven backup, the last one that was restored, and the last one within reach while a destination is away. One that holds far less than those before it is the
 * last good or proven one only where there is no other: what it lacks may have been lost. Without a rule that keeps or deletes, all stay.
 */
export function planRetention(candidates: Candidate[], policy: Policy, now: Date): Verdict[] {
  const byProject = Map.groupBy(candidates, ({ projectId }) => projectId);
  return [...byProject.values()].flatMap((own) => planProject(own, policy, now));
}

/** Names the set of backups that go: two plans with the same name remove the same. */
export function planIdOf(verdicts: Verdict[]): string {
  const gone = verdicts.flatMap(({ id, keep }) => (keep ? [] : [id]));
  return createHash("sha256").update(gone.toSorted().join()).digest("hex");
}

function planProject(own: Candidate[], policy: Policy, now: Date): Verdict[] {
  const newestFirst = own.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || a.id.localeCompare(b.id));
  const good = newestFirst.filter(({ isGood }) => isGood);
  const lastGood = lastOf(good);
  const lastProven = lastOf(good.filter(({ isProven }) => isProven));
  const lastRestored = lastOf(good.filter(({ isRestored }) => isRestored));
  const lastWithinReach = lastOf(good.filter(({ isWithinReach }) => isWithinReach));
  const kept = keptByRules(good, policy, now);
  return newestFirst.map((backup) => {
    const guards = [
      backup.isPinned && "pinned",
      backup.isInUse && "in use now",
      backup === good[0] && backup !== lastGood && "the newest one",
      backup === lastGood && (backup === good[0] ? "the last good one" : "the last one that holds as much as usual"),
      backup === lastProven && "the last proven one",
      backup === lastRestored && backup !== lastProven && "the last one proven by a restore",
      backup === lastWithinReach && backup !== lastGood && "the last one whose file can be had now",
    ].filter((reason) => reason !== false);
    if (guards.length > 0) return { id: backup.id, keep: true, reasons: guards };
    const against = reasonAgainst(backup, lastProven, policy);
    if (against) return { id: backup.id, keep: false, reasons: [against] };
    const reasons = kept.get(backup) ?? [];
    if (reasons.length > 0 || !hasKeepRule(policy)) return { id: backup.id, keep: true, reasons };
    // A broken one is no rule's business but that of `deleteFailed`.
    if (!backup.isGood)
      return { id: backup.id, keep: true, reasons: ["no whole file of it is left, which no rule is about"] };
    return { id: backup.id, keep: false, reasons: notKept(policy) };
  });
}

const lastOf = (newestFirst: Candidate[]) => newestFirst.find(({ isFallen }) => !isFallen) ?? newestFirst[0];

const hasKeepRule = ({ keepCount, olderThanDays, keepDaily, keepWeekly, keepMonthly }: Policy) =>
  [keepCount, olderThanDays, keepDaily, keepWeekly, keepMonthly].some((rule) => rule !== undefined);

function reasonAgainst(backup: Candidate, lastProven: Candidate | undefined, policy: Policy): string | null {
  if (policy.deleteFailed && !backup.isGood && !backup.mayComeBack)
    return "its file is missing or corrupt, and no copy of it is stored";
  const isSurpassed = lastProven !== undefined && lastProven.createdAt > backup.createdAt;
  if (policy.deleteUnverified && !backup.isProven && isSurpassed) return "never proven, and a newer one is";
  return null;
}

function keptByRules(good: Candidate[], policy: Policy, now: Date): Map<Candidate, string[]> {
  const kept = new Map<Candidate, string[]>();
  const keep = (backup: Candidate, reason: string) => kept.set(backup, [...(kept.get(backup) ?? []), reason]);
  for (const backup of good.slice(0, policy.keepCount ?? 0)) keep(backup, `one of the newest ${policy.keepCount}`);
  const { olderThanDays } = policy;
  if (olderThanDays !== undefined) {
    const limit = now.getTime() - olderThanDays * day;
    for (const backup of good)
      if (backup.createdAt.getTime() > limit) keep(backup, `younger than ${olderThanDays} days`);
  }
  const periods = [
    { count: policy.keepDaily, nameOf: dayOf, word: "day" },
    { count: policy.keepWeekly, nameOf: weekOf, word: "week" },
    { count: policy.keepMonthly, nameOf: monthOf, word: "month" },
  ];
  const { timeZone = "UTC" } = policy;
  for (const { count = 0, nameOf, word } of periods) {
    const newest = newestOfEach(good, count, ({ createdAt }) =>
      nameOf(new Date(wallOf(createdAt.getTime(), timeZone))),
    );
    for (const [name, backup] of newest) keep(backup, `the newest of the ${word} ${name}`);
  }
  return kept;
}

/** By its name: the newest of each of the last so many periods that have any. Asks for no more names than that takes: a zone's cost some time. */
function newestOfEach(newestFirst: Candidate[], count: number, nameOf: (backup: Candidate) => string) {
  const newest = new Map<string, Candidate>();
  for (const backup of count > 0 ? newestFirst : []) {
    const name = nameOf(backup);
    if (newest.has(name)) continue;
    if (newest.size === count) break;
    newest.set(name, backup);
  }
  return newest;
}

const dayOf = (at: Date) => at.toISOString().slice(0, 10);
const monthOf = (at: Date) => at.toISOString().slice(0, 7);

/** The Monday that the week began with. */
function weekOf(at: Date): string {
  const sinceMonday = (at.getUTCDay() + 6) % 7;
  return dayOf(new Date(at.getTime() - sinceMonday * day));
}

function notKept({ keepCount, olderThanDays, keepDaily, keepWeekly, keepMonthly }: Policy): string[] {
  const periods = [
    keepDaily !== undefined && "day",
    keepWeekly !== undefined && "week",
    keepMonthly !== undefined && "month",
  ].filter((word) => word !== false);
  return [
    keepCount !== undefined && `not one of the newest ${keepCount}`,
    olderThanDays !== undefined && `older than ${olderThanDays} days`,
    periods.length > 0 && `not the newest of a kept ${periods.join(" or ")}`,
  ].filter((reason) => reason !== false);
}
