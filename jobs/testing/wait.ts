import { setTimeout as delay } from "node:timers/promises";

type Nothing = null | undefined | false | 0 | "";

/** Asks again and again until there is an answer, and gives it. `what` is said when the time is over. */
export async function waitFor<T>(
  ask: () => T | Nothing | Promise<T | Nothing>,
  { what, seconds = 60 }: { what: string; seconds?: number },
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await delay(25);
  }
}
