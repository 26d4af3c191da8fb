import type { User } from "@/app/trpc/types";
import type { Tone } from "@/app/ui/status-mark";

export const roles = [
  { value: "member", label: "Member", about: "Sees the projects they were added to, and does there what they may." },
  { value: "admin", label: "Administrator", about: "Does everything: users, databases, every project." },
] as const satisfies readonly { value: User["role"]; label: string; about: string }[];

export const roleWord = (role: User["role"]): string => (role === "admin" ? "Administrator" : "Member");

/** Whether somebody can sign in. */
export function stateOf({ disabledAt, isInvited }: Pick<User, "disabledAt" | "isInvited">): {
  tone: Tone;
  word: string;
} {
  if (disabledAt) return { tone: "ended", word: "Disabled" };
  return isInvited ? { tone: "idle", word: "Invited" } : { tone: "good", word: "Active" };
}

export function matchesUser({ name, email }: Pick<User, "name" | "email">, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return name.toLowerCase().includes(wanted) || email.toLowerCase().includes(wanted);
}
