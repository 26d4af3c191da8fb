import { scopes } from "@/app/token/scope-words";
import type { NewToken } from "@/app/trpc/types";

export const expiries = [
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In 365 days" },
  { value: "", label: "Never" },
] as const;

export const defaultExpiry = "90";

/** What the form says, as the procedure wants it. */
export function readTokenForm(data: FormData): NewToken {
  const ticked = data.getAll("scopes");
  const days = data.get("expiry");
  return {
    name: String(data.get("name") ?? "").trim(),
    scopes: scopes.map(({ value }) => value).filter((scope) => ticked.includes(scope)),
    expiresInDays: days ? Number(days) : null,
  };
}
