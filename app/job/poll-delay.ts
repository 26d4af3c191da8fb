type Seen = {
  isOver: boolean;
  /** The server said that asking again is of no use. */
  isRefused: boolean;
  /** How many answers there have been. */
  answers: number;
  isHidden: boolean;
};

/** How long to wait before asking for a job again, in ms; false to stop. */
export function pollDelay({ isOver, isRefused, answers, isHidden }: Seen): number | false {
  if (isOver || isRefused) return false;
  if (isHidden) return 5_000;
  // After some two minutes nobody is in suspense any more.
  return answers > 120 ? 2_000 : 1_000;
}
