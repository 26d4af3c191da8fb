import { type BrowserContext, request } from "@playwright/test";

export type Account = { email: string; password: string };
export type SessionState = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** Signs in as the sign-in page does, without a browser. Throws when Coffer refuses. */
export async function signIn(url: string, { email, password }: Account): Promise<SessionState> {
  // Inside a test it would begin with the cookies of that test.
  const context = await request.newContext({ baseURL: url, storageState: { cookies: [], origins: [] } });
  try {
    const { csrfToken } = await (await context.get("/api/auth/csrf")).json();
    const form = { csrfToken, email, password, json: "true" };
    const answer = await context.post("/api/auth/callback/credentials", { form });
    const state = await context.storageState();
    if (!sessionCookie(state)) throw new Error(`${email} could not sign in: ${answer.status()} ${await answer.text()}`);
    return state;
  } finally {
    await context.dispose();
  }
}

/** The session as the header `Cookie` has it; empty without one. */
export function sessionCookie({ cookies }: SessionState): string {
  const session = cookies.find(({ name }) => name.endsWith("next-auth.session-token"));
  return session ? `${session.name}=${session.value}` : "";
}
