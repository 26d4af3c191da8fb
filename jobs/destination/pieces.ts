/** The same pieces until the signal says otherwise: then its reason is thrown, even while the next piece is waited for. */
export async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await unlessAborted(iterator.next(), signal);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not waited for: it may come to its end only when what it waits for has come.
    iterator.return?.().catch(() => {});
  }
}

/** Not by `Promise.race`: what lives as long as the signal would keep every piece that there ever was. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const abort = () => reject(signal.reason);
  // It may be what the work has begun with.
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  return promise;
}

/** How the names of files begin that a check leaves there for a moment. They are not listed. */
export const checkFront = ".coffer-check-";

/** Throws for a name that is none: absolute, out of the destination, or of characters that no file should have. */
export function plainName(name: string): string {
  const isPlain = name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!isPlain || /[\p{Cc}\\]/u.test(name)) throw new Error("a name leads out of its destination");
  return name;
}
