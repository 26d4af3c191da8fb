/** Numbers that look random and are the same for the same seed (mulberry32). */
export function prng(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    /** 0 up to, not including, `limit`. */
    below: (limit: number): number => Math.floor(next() * limit),
    chance: (percent: number): boolean => next() * 100 < percent,
    pick: <T>(from: readonly [T, ...T[]]): T => from[Math.floor(next() * from.length)] ?? from[0],
    /** So many different ones, in any order. */
    some: <T>(from: readonly T[], count: number): T[] => {
      const left = [...from];
      return Array.from({ length: Math.min(count, left.length) }, () =>
        left.splice(Math.floor(next() * left.length), 1),
      ).flat();
    },
  };
}

export type Random = ReturnType<typeof prng>;
