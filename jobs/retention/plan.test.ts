import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Candidate, planIdOf, planRetention } from "@/jobs/retention/plan";
import { daysAgo, kept, made, now, reasonsOf } from "@/jobs/testing/candidates";

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
