/** Without case, accents and what separates words. */
const plain = (name: string) =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/** Which column each field goes to when a table is chosen by hand: the one of its name, spelled like it or not. Each at most once. */
export function likelyColumns(fields: string[], columns: { name: string }[]): (string | null)[] {
  const left = new Set(columns.map(({ name }) => name));
  const found = new Map<string, string>();
  for (const isLike of [(a: string, b: string) => a === b, (a: string, b: string) => plain(a) === plain(b)])
    for (const field of fields) {
      const name = [...left].find((name) => isLike(name, field));
      if (name === undefined || found.has(field)) continue;
      found.set(field, name);
      left.delete(name);
    }
  return fields.map((field) => found.get(field) ?? null);
}
