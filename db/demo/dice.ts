import { quoteTexts } from "./quote";

/**
 * SQL expressions that look random and come out the same on every run and every version of PostgreSQL, which
 * `random()` does not. `row` is an integer expression that numbers the rows; each expression hashes it with a salt of
 * its own, counted on from `salt`. Two tables that should not resemble each other start at different salts.
 */
export function dice(row: string, salt: number) {
  let rolled = salt;
  const roll = () => {
    rolled += 1;
    return `(hashint8extended(${row}, ${rolled}) & 2147483647)`;
  };
  const below = (limit: number | string) => `(${roll()} % ${limit})::int`;
  return {
    /** 0 up to, not including, `limit`. */
    below,
    /** `low` up to and including `high`. */
    between: (low: number, high: number) => `(${low} + ${below(high - low + 1)})`,
    /** 0 up to, not including, `limit`, small numbers more often than large ones: some products sell better than others. */
    skewed: (limit: number | string) => `least(${below(limit)}, ${below(limit)})`,
    /** True in `percent` of a hundred rows. */
    chance: (percent: number) => `(${below(100)} < ${percent})`,
    pick: (pool: readonly string[]) => `(${quoteTexts(pool)})[1 + ${below(pool.length)}]`,
    /** `count` different sentences of a pool, which must hold more than that. */
    sentences: (pool: readonly string[], count: number) => {
      const start = roll();
      const step = `(1 + ${below(Math.floor((pool.length - 1) / (count - 1)))})`;
      const nth = (n: number) => `(${quoteTexts(pool)})[1 + (${start} + ${n} * ${step}) % ${pool.length}]`;
      return `concat_ws(' ', ${Array.from({ length: count }, (_, n) => nth(n)).join(", ")})`;
    },
    /** `count` digits, with leading zeros. */
    digits: (count: number) => `lpad(${below(10 ** count)}::text, ${count}, '0')`,
  };
}

/** Bytes that no compressor makes smaller: `blocks` times 64 of them, as photographs and scans are. */
export const noise = (row: string, blocks: string) =>
  `(select string_agg(sha512(int8send(${row}::bigint * 100000 + block)), '' order by block) from generate_series(1, ${blocks}) block)`;
