import { type Candidate, type Policy, planRetention } from "@/jobs/retention/plan";

/** When the plans of tests are made. */
export const now = new Date("2026-03-15T12:00:00Z");
export const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);

/** Backups of one project by age in days, good unless said otherwise. */
export const made = (ages: number[], change: (n: number) => Partial<Candidate> = () => ({})): Candidate[] =>
  ages.map((age, n) => ({
    id: `b${age}`,
    projectId: "p",
    createdAt: daysAgo(age),
    isGood: true,
    isFallen: false,
    isProven: false,
    isRestored: false,
    mayComeBack: false,
    isWithinReach: true,
    isPinned: false,
    isInUse: false,
    ...change(n),
  }));

export const kept = (candidates: Candidate[], policy: Policy) =>
  planRetention(candidates, policy, now)
    .filter(({ keep }) => keep)
    .map(({ id }) => id);
export const reasonsOf = (candidates: Candidate[], policy: Policy) =>
  Object.fromEntries(planRetention(candidates, policy, now).map(({ id, reasons }) => [id, reasons]));
