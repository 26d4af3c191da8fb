/** What a page gets of its address. */
export type PageQuery = Record<string, string | string[] | undefined>;

/** The same as the browser has it; of several values with one name the first. */
export function queryOf(query: PageQuery): URLSearchParams {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    const first = Array.isArray(value) ? value[0] : value;
    return first === undefined ? [] : [[name, first]];
  });
  return new URLSearchParams(pairs);
}
