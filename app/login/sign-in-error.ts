const noAccount = "There is no account for this address. Ask an administrator for an invitation.";

/** Why a way through another site led back here, by the code that next-auth puts into the address; null without one. */
export function signInError(code: string | undefined): string | null {
  if (!code) return null;
  if (code === "AccessDenied") return noAccount;
  if (/^(OAuth|Callback|Configuration)/.test(code))
    return "The other site could not sign you in. Try again. If you have no account here yet, ask an administrator for an invitation.";
  return "Signing in did not work. Try again.";
}
