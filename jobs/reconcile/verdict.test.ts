import { describe, expect, it } from "vitest";
import { judge, type MakerFacts } from "@/jobs/reconcile/verdict";

const path = "acme/a.dump";
const job: MakerFacts = { status: "in_progress", fence: 2, isHeld: true, listedAs: null };

const cases: [what: string, verdict: string, fence: number, job: MakerFacts | undefined][] = [
  ["of a running attempt", "busy", 2, job],
  ["of an attempt that is being cancelled", "busy", 2, { ...job, status: "cancelling" }],
  ["of an attempt that another has taken over from", "over", 1, job],
  ["of an attempt that was given back", "over", 2, { ...job, status: "pending", isHeld: false }],
  [
    "of an attempt whose worker died while it was cancelled",
    "over",
    2,
    { ...job, status: "cancelling", isHeld: false },
  ],
  ["of a failed job", "over", 2, { ...job, status: "failed", isHeld: false }],
  ["of a cancelled job", "over", 2, { ...job, status: "cancelled", isHeld: false }],
  ["of an earlier attempt of a job that is completed", "over", 1, { ...job, status: "completed", isHeld: false }],
  ["of a completed job without a backup", "lost", 2, { ...job, status: "completed", isHeld: false }],
  ["that was listed just now", "busy", 2, { ...job, status: "completed", isHeld: false, listedAs: path }],
  ["that is a copy of one", "strange", 2, { ...job, status: "completed", isHeld: false, listedAs: "acme/b.dump" }],
  ["of an attempt that is still to come", "strange", 3, job],
  ["of a job that nobody knows", "lost", 1, undefined],
];

describe("a file without a row", () => {
  it.each(cases)("%s is %s", (...[, verdict, fence, facts]) => expect(judge({ path, fence }, facts)).toBe(verdict));
});
