import type { CleanupPolicy } from "@/app/trpc/types";

export const countRules = ["keepCount", "olderThanDays", "keepDaily", "keepWeekly", "keepMonthly"] as const;

/** What the form begins with: a good rule for most. */
export const usualPolicy: CleanupPolicy = { keepCount: 7, keepWeekly: 4, keepMonthly: 12 };

/** What the form says. A field that was left empty is no rule. */
export function readPolicyForm(data: FormData): CleanupPolicy {
  const counts = countRules.flatMap((name) => {
    const text = String(data.get(name) ?? "").trim();
    return text ? [[name, Number(text)]] : [];
  });
  const ticked = data.getAll("delete");
  return {
    ...Object.fromEntries(counts),
    deleteUnverified: ticked.includes("deleteUnverified"),
    deleteFailed: ticked.includes("deleteFailed"),
  };
}

/** Whether it says anything: without a rule everything stays. */
export const hasRule = (policy: CleanupPolicy): boolean =>
  countRules.some((name) => policy[name] !== undefined) || Boolean(policy.deleteUnverified || policy.deleteFailed);
