type Seen = {
  isOver: boolean;
  /** The server said that asking again is of no use. */
  isRefused: boolean;
  /** How long the server wants to be left alone, in seconds. */
  quietSeconds: number | null;
  /** How many answers there have been. */
  answers: number;
  isHidden: boolean;
};

/** How long to wait before asking for a job again, in ms; false to stop. */
export function pollDelay({ isOver, isRefused, quietSeconds, answers, isHidden }: Seen): number | false {
  if (isOver || isRefused) return false;
  // After some two minutes nobody is in suspense any more.
  const usual = isHidden ? 5_000 : answers > 120 ? 2_000 : 1_000;
  return Math.max(usual, (quietSeconds ?? 0) * 1000);
}
