type Waiting<Key, Value> = { key: Key; resolve(value: Value): void; reject(error: unknown): void };

/**
 * Asks for many keys with one statement. A call goes at the end of its turn of the event loop, with all that came in it.
 * With `gap`, those that follow wait, and go together: so many ms for each that went the last time, or until enough wait.
 * So it waits hardly at all while calls are few, and costs a few statements a second however many they are.
 * `load` gives the values in the order of the keys; where it throws, all of them fail.
 */
export function batched<Key, Value>(
  load: (keys: Key[]) => Promise<Value[]>,
  { gap = 0 }: { gap?: number } = {},
): (key: Key) => Promise<Value> {
  let waiting: Waiting<Key, Value>[] = [];
  let last = { at: Number.NEGATIVE_INFINITY, size: 0 };
  let timer: NodeJS.Timeout | undefined;
  let goes = false;

  async function flush() {
    clearTimeout(timer);
    timer = undefined;
    goes = false;
    const batch = waiting;
    waiting = [];
    last = { at: performance.now(), size: batch.length };
    try {
      const values = await load(batch.map(({ key }) => key));
      for (const [i, { resolve }] of batch.entries()) resolve(values[i] as Value);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (goes) return;
      const wait = last.at + gap * Math.min(last.size, enough / 2) - performance.now();
      goes = wait <= 0 || waiting.length >= enough;
      if (goes) setImmediate(flush);
      else timer ??= setTimeout(flush, wait);
    });
}

/** For what each request asks first: those that were answered together ask everything else together too. */
export const requestGap = 8;

/** So many need not wait any longer. */
const enough = 20;
