/** What became of a try to sign in. */
export type SignInResult = "signed-in" | "refused" | "too-many" | "no-answer";

/** Asks next-auth for a session. Its own client would leave the page when the server does not answer. */
export async function signIn(email: string, password: string): Promise<SignInResult> {
  try {
    const { status, url } = await post("/api/auth/callback/credentials", { email, password });
    const error = url.searchParams.get("error");
    if (status >= 500) return "no-answer";
    if (!error) return "signed-in";
    return error === "RATE_LIMIT_EXCEEDED" ? "too-many" : "refused";
  } catch {
    return "no-answer";
  }
}

/** Begins a sign-in through another site, which leads to `next` in the end. Gives the address to go to. */
export async function startSignIn(way: string, next: string): Promise<string> {
  return (await post(`/api/auth/signin/${way}`, { callbackUrl: next })).url.href;
}

/** Ends the session of this browser. Throws when the server does not answer. */
export async function signOut(): Promise<void> {
  await post("/api/auth/signout", {});
}

/** A form as next-auth takes it, with its token against forged requests. It answers with an address, which names an error if there is one. */
async function post(path: string, fields: Record<string, string>) {
  const token: { csrfToken: string } = await (await fetch("/api/auth/csrf")).json();
  const body = new URLSearchParams({ callbackUrl: "/", ...fields, ...token, json: "true" });
  const response = await fetch(path, { method: "POST", body });
  const answer: { url: string } = await response.json();
  return { status: response.status, url: new URL(answer.url, window.location.href) };
}
