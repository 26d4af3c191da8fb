import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Candidate, type Policy, planIdOf, planRetention } from "@/jobs/retention/plan";

const now = new Date("2026-03-15T12:00:00Z");
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);

/** Backups of one project by age in days, good unless said otherwise. */
const made = (ages: number[], change: (n: number) => Partial<Candidate> = () => ({})): Candidate[] =>
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

const kept = (candidates: Candidate[], policy: Policy) =>
  planRetention(candidates, policy, now)
    .filter(({ keep }) => keep)
    .map(({ id }) => id);
const reasonsOf = (candidates: Candidate[], policy: Policy) =>
  Object.fromEntries(planRetention(candidates, policy, now).map(({ id, reasons }) => [id, reasons]));

describe("a policy", () => {
  it("without a rule keeps everything", () => {
    expect(kept(made([1, 2, 300]), {})).toEqual(["b1", "b2", "b300"]);
  });

  it("keeps the newest so many, and says so", () => {
    expect(reasonsOf(made([3, 1, 2]), { keepCount: 2 })).toEqual({
      b1: ["the last good one"],
      b2: ["one of the newest 2"],
      b3: ["not one of the newest 2"],
    });
  });

  it("keeps what is young enough", () => {
    expect(kept(made([1, 29, 31]), { olderThanDays: 30 })).toEqual(["b1", "b29"]);
  });

  it("keeps what any rule keeps", () => {
    expect(kept(made([1, 40, 50, 60]), { olderThanDays: 30, keepCount: 3 })).toEqual(["b1", "b40", "b50"]);
  });

  it("keeps the newest of days, weeks and months", () => {
    const candidates = made([0, 0.1, 1, 2, 7, 8, 14, 30, 60, 90]);
    expect(kept(candidates, { keepDaily: 2 })).toEqual(["b0", "b1"]);
    // 15 March 2026 is a Sunday: its week began on the 9th.
    expect(kept(candidates, { keepWeekly: 2 })).toEqual(["b0", "b7"]);
    expect(kept(candidates, { keepMonthly: 3 })).toEqual(["b0", "b30", "b60"]);
  });

  it("means the days, weeks and months of its zone", () => {
    // In Kiritimati, 14 hours ahead, the 15th of March begins at 10:00 UTC of the 14th.
    const hours = [3, 13, 27].map((hour) => hour / 24);
    const names = hours.map((age) => `b${age}`);
    expect(kept(made(hours), { keepDaily: 2, timeZone: "UTC" })).toEqual([names[0], names[1]]);
    expect(kept(made(hours), { keepDaily: 2, timeZone: "Pacific/Kiritimati" })).toEqual([names[0], names[2]]);
    // 00:30 of the 1st in Berlin is 23:30 UTC of the 28th.
    const night = new Date("2026-02-28T23:30:00Z");
    const before = new Date("2026-02-28T22:30:00Z");
    const two = made([0, 1, 2]).map((one, n) => ({ ...one, createdAt: [now, night, before][n] ?? now }));
    expect(kept(two, { keepMonthly: 2, timeZone: "Europe/Berlin" })).toEqual(["b0", "b2"]);
    expect(kept(two, { keepMonthly: 2 })).toEqual(["b0", "b1"]);
    expect(reasonsOf(two, { keepWeekly: 2, timeZone: "Europe/Berlin" }).b1).toEqual([
      "the newest of the week 2026-02-23",
    ]);
  });

  it("names the periods that it is about", () => {
    expect(reasonsOf(made([1, 2]), { keepCount: 1, keepWeekly: 1, keepMonthly: 1 })).toMatchObject({
      b2: ["not one of the newest 1", "not the newest of a kept week or month"],
    });
  });

  it("counts each project for itself", () => {
    const others = made([5, 6]).map((backup) => ({ ...backup, id: `o-${backup.id}`, projectId: "q" }));
    expect(kept([...made([1, 2]), ...others], { keepCount: 1 })).toEqual(["b1", "o-b5"]);
  });

  it("gives up what was never proven only once a newer one is", () => {
    const isProven = (n: number) => ({ isProven: n === 1 });
    expect(kept(made([1, 2, 3], isProven), { deleteUnverified: true })).toEqual(["b1", "b2"]);
    expect(kept(made([1, 2, 3]), { deleteUnverified: true })).toEqual(["b1", "b2", "b3"]);
  });

  it("takes one that holds far less than usual neither for the last good one nor for the last proven one", () => {
    const isFallen = (n: number) => ({ isFallen: n < 2 });
    expect(reasonsOf(made([1, 2, 3, 4], isFallen), { keepCount: 1 })).toEqual({
      b1: ["the newest one"],
      b2: ["not one of the newest 1"],
      b3: ["the last one that holds as much as usual"],
      b4: ["not one of the newest 1"],
    });
    expect(kept(made([1, 2, 3, 4], isFallen), { keepCount: 0 })).toEqual(["b1", "b3"]);
    const provenToo = made([1, 2, 3, 4], (n) => ({ ...isFallen(n), isProven: n === 1 || n === 3 }));
    expect(kept(provenToo, { keepCount: 0, deleteUnverified: true })).toEqual(["b1", "b3", "b4"]);
  });

  it("takes it where there is no other", () => {
    const allFallen = made([1, 2, 3], (n) => ({ isFallen: true, isProven: n === 1 }));
    expect(reasonsOf(allFallen, { keepCount: 0 })).toMatchObject({
      b1: ["the last good one"],
      b2: ["the last proven one"],
    });
    expect(
      kept(
        made([1, 2], (n) => ({ isFallen: n === 0, isGood: n === 0 })),
        { deleteFailed: true },
      ),
    ).toEqual(["b1"]);
  });

  it("gives up broken ones when asked, and counts them for no rule", () => {
    const candidates = made([1, 2, 3], (n) => ({ isGood: n !== 0 }));
    expect(kept(candidates, { deleteFailed: true })).toEqual(["b2", "b3"]);
    expect(kept(candidates, { keepCount: 1 })).toEqual(["b1", "b2"]);
    expect(kept(candidates, { keepCount: 1, deleteFailed: true })).toEqual(["b2"]);
  });
});

const candidate = fc.record({
  id: fc.uuid(),
  projectId: fc.constantFrom("p", "q"),
  createdAt: fc.integer({ min: 0, max: 500 }).map(daysAgo),
  isGood: fc.boolean(),
  isFallen: fc.boolean(),
  isProven: fc.boolean(),
  isRestored: fc.boolean(),
  mayComeBack: fc.boolean(),
  isWithinReach: fc.boolean(),
  isPinned: fc.boolean(),
  isInUse: fc.boolean(),
});
const few = fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined });
const policies = fc.record({
  keepCount: few,
  olderThanDays: few,
  keepDaily: few,
  keepWeekly: few,
  keepMonthly: few,
  deleteUnverified: fc.boolean(),
  deleteFailed: fc.boolean(),
});

describe("whatever the policy", () => {
  it("what is pinned, in use, newest, last good, proven, restored or within reach stays, and every end has a reason", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(candidate, { selector: ({ id }) => id, maxLength: 30 }),
        policies,
        (candidates, policy) => {
          const verdicts = new Map(planRetention(candidates, policy, now).map((verdict) => [verdict.id, verdict]));
          expect(verdicts.size).toBe(candidates.length);
          for (const { id, isPinned, isInUse } of candidates) {
            if (isPinned || isInUse) expect(verdicts.get(id)?.keep).toBe(true);
            if (!verdicts.get(id)?.keep) expect(verdicts.get(id)?.reasons).not.toEqual([]);
          }
          for (const projectId of ["p", "q"]) {
            const own = candidates.filter((backup) => backup.projectId === projectId && backup.isGood);
            const proven = own.filter(({ isProven }) => isProven);
            const full = (some: Candidate[]) =>
              some.every(({ isFallen }) => isFallen) ? some : some.filter(({ isFallen }) => !isFallen);
            const restored = own.filter(({ isRestored }) => isRestored);
            const near = own.filter(({ isWithinReach }) => isWithinReach);
            for (const last of [own, full(own), full(proven), full(restored), full(near)]) {
              const newest = Math.max(...last.map(({ createdAt }) => createdAt.getTime()));
              const survivors = last.filter(
                ({ id, createdAt }) => createdAt.getTime() === newest && verdicts.get(id)?.keep,
              );
              if (last.length > 0) expect(survivors).not.toEqual([]);
            }
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("a stricter rule never keeps more", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(candidate, { selector: ({ id }) => id, maxLength: 30 }),
        fc.integer({ min: 0, max: 5 }),
        (candidates, keepCount) => {
          const more = new Set(kept(candidates, { keepCount: keepCount + 1 }));
          expect(kept(candidates, { keepCount }).every((id) => more.has(id))).toBe(true);
        },
      ),
    );
  });
});

it("a plan is named by what goes, whatever the order", () => {
  const verdicts = planRetention(made([1, 2, 3]), { keepCount: 1 }, now);
  const kept = planRetention(made([0, 1, 2, 3]), { keepCount: 2 }, now);
  expect(planIdOf(verdicts)).toBe(planIdOf(verdicts.toReversed()));
  expect(planIdOf(kept)).toBe(planIdOf(verdicts));
  expect(planIdOf(planRetention(made([1, 2, 3]), { keepCount: 2 }, now))).not.toBe(planIdOf(verdicts));
});
