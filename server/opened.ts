type Entry<T> = { value: T; until: number };

/** How long a token that was opened is known, in ms. What it says is asked of the database each time all the same. */
const knownFor = 60_000;
const knownAtMost = 1000;

/**
 * Remembers what tokens say: opening one costs more than the question that comes with it, and an open dialog asks once a
 * second. Never keeps one beyond its own end (`exp`, in seconds), nor one that could not be opened.
 */
export function remembered<T extends { exp: number } | null>(open: (token: string) => Promise<T>) {
  const known = new Map<string, Entry<T>>();
  return async (token: string): Promise<T> => {
    const entry = known.get(token);
    if (entry && entry.until > Date.now()) return entry.value;
    known.delete(token);
    const value = await open(token);
    if (value === null) return value;
    if (known.size >= knownAtMost) known.clear();
    known.set(token, { value, until: Math.min(Date.now() + knownFor, value.exp * 1000) });
    return value;
  };
}
