type Waiting<Key, Value> = { key: Key; resolve(value: Value): void; reject(error: unknown): void };

/**
 * Asks for many keys with one statement: a call that comes when there was none for `gap` ms goes at the end of its turn of
 * the event loop, with all that came in it. Those that follow wait until the gap ends or enough wait, and go together.
 * `load` gives the values in the order of the keys; where it throws, all of them fail.
 */
export function batched<Key, Value>(
  load: (keys: Key[]) => Promise<Value[]>,
  { gap = 0 }: { gap?: number } = {},
): (key: Key) => Promise<Value> {
  let waiting: Waiting<Key, Value>[] = [];
  let lastAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let goes = false;

  async function flush() {
    clearTimeout(timer);
    timer = undefined;
    goes = false;
    const batch = waiting;
    waiting = [];
    lastAt = performance.now();
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
      const wait = lastAt + gap - performance.now();
      goes = wait <= 0 || waiting.length >= enough;
      if (goes) setImmediate(flush);
      else timer ??= setTimeout(flush, wait);
    });
}

/** How long who asks waits at most for others, in ms: under load each group of requests costs one statement a step. */
export const requestGap = 40;

/** So many need not wait any longer. */
const enough = 20;
