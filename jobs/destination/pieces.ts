/** The same pieces until the signal says otherwise: then its reason is thrown, even while the next piece is waited for. */
export async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T> {
  const iterator = items[Symbol.asyncIterator]();
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort);
  let isOver = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await Promise.race([iterator.next(), aborted.promise]);
      if (next.done) break;
      yield next.value;
    }
    isOver = true;
  } finally {
    signal.removeEventListener("abort", abort);
    // Not waited for: it may come to its end only when what it waits for has come.
    if (!isOver) iterator.return?.().catch(() => {});
  }
}

/** Throws for a name that is none: absolute, out of the destination, or of characters that no file should have. */
export function plainName(name: string): string {
  const isPlain = name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!isPlain || /[\p{Cc}\\]/u.test(name)) throw new Error("a name leads out of its destination");
  return name;
}
