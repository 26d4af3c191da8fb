/** How much a backup holds; bytes before compression. */
export type Holding = { rows: number; bytes: number };

/** A backup holds far less than those before it. */
export type Fall = {
  what: "rows" | "bytes";
  now: number;
  /** The median of the backups before it. */
  usual: number;
  /** How many those are. */
  compared: number;
};

/** How many backups before it one is compared with, at most. */
export const comparedWith = 7;

const needed = 3;
const sharp = 0.5;
const tooSmallToTell: Holding = { rows: 100, bytes: 100_000 };

/**
 * Whether a backup holds less than half of what its project's last seven did, in rows or else in bytes. It is measured
 * against their median, so one odd backup neither hides a fall nor makes one, and a new level becomes the usual one after
 * four backups. Fewer than three, or `atLeast`, are no habit, and below 100 rows or 100 kB numbers jump about without meaning.
 */
export function fallOf(backup: Holding, before: Holding[], { atLeast } = { atLeast: needed }): Fall | null {
  const earlier = before.slice(0, comparedWith);
  if (earlier.length < atLeast) return null;
  for (const what of ["rows", "bytes"] as const) {
    const usual = median(earlier.map((one) => one[what]));
    const now = backup[what];
    if (usual >= tooSmallToTell[what] && now < usual * sharp) return { what, now, usual, compared: earlier.length };
  }
  return null;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
