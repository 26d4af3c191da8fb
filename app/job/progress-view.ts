import type { Job } from "@/app/trpc/types";

type Timed = Pick<
  Job,
  "status" | "attempts" | "steps" | "progressPercentage" | "etaSeconds" | "createdAt" | "startedAt" | "updatedAt"
>;

/** What the dialog shows between two answers. All times in ms; `now` is any clock that only goes forward. */
export type ProgressView = {
  attempt: string;
  percent: number;
  since: string;
  /** Add to `now` for the time that has passed. */
  offset: number;
  /** Seconds left; null hides it. */
  eta: number | null;
  at: number;
};

/** Each attempt takes its first step anew, also one that a stopping worker gave back and that counts as the same. */
const attemptOf = (job: Timed) => `${job.attempts} ${job.steps[0]?.startedAt ?? ""}`;

/**
 * Goes on from what was shown before. The percentage never falls within an attempt. The time that has passed comes from
 * the server's clock alone: an answer is always a little old, so the largest offset seen is nearest to the truth.
 */
export function advance(before: ProgressView | null, job: Timed, now: number): ProgressView {
  const attempt = attemptOf(job);
  const since = job.startedAt ?? job.createdAt;
  const sameAttempt = before?.attempt === attempt && job.status !== "pending" ? before : null;
  const known = Date.parse(job.updatedAt) - Date.parse(since) - now;
  const offset = before?.since === since ? Math.max(before.offset, known) : known;
  const age = (offset - known) / 1000;
  const target = job.etaSeconds === null ? null : Math.max(0, job.etaSeconds - age);
  return {
    attempt,
    percent: Math.max(sameAttempt?.percent ?? 0, job.progressPercentage),
    since,
    offset,
    eta: smoothEta(sameAttempt?.eta ?? null, target, (now - (before?.at ?? now)) / 1000),
    at: now,
  };
}

export const elapsed = (view: ProgressView): number => Math.max(0, view.offset + view.at);

/** Counts down by itself and turns to a new estimate only when that differs enough to matter. Seconds. */
export function smoothEta(shown: number | null, target: number | null, passed: number): number | null {
  if (target === null || shown === null) return target;
  const expected = Math.max(0, shown - passed);
  const error = target - expected;
  if (Math.abs(error) <= Math.max(2, expected * 0.15)) return expected;
  return Math.max(0, expected + error / 2);
}
