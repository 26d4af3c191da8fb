/** What became of a try to sign in. */
export type SignInResult = "signed-in" | "refused" | "too-many" | "no-answer";

/** Asks next-auth for a session. */
export async function signInWith(email: string, password: string): Promise<SignInResult> {
  try {
    const { signIn } = await import("next-auth/react");
    const answer = await signIn("credentials", { email, password, redirect: false });
    if (!answer || answer.status >= 500) return "no-answer";
    if (answer.ok && !answer.error) return "signed-in";
    return answer.error === "RATE_LIMIT_EXCEEDED" ? "too-many" : "refused";
  } catch {
    return "no-answer";
  }
}
