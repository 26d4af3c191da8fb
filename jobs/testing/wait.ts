import { setTimeout as delay } from "node:timers/promises";

type Patience = { what: string; seconds?: number };

/** Asks again and again until the answer is true-ish, and gives it. `what` is said when the time is over. */
export async function waitFor<T>(
  ask: () => Promise<T> | T,
  { what, seconds = 60 }: Patience,
): Promise<NonNullable<T> & (T extends false ? never : T)> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as NonNullable<T> & (T extends false ? never : T);
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await delay(25);
  }
}
