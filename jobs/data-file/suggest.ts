/**
 * Which column each field most likely is, each column at most once: the one of the same name, else of the same name but for case,
 * accents and what separates words, else a close one. Null when there is none.
 */
export function suggestColumns(fields: string[], columns: string[]): (string | null)[] {
  const left = new Set(columns);
  const found = new Map<string, string>();
  for (const rule of rules)
    for (const field of fields) {
      if (found.has(field)) continue;
      const column = best(field, [...left], rule);
      if (column === null) continue;
      found.set(field, column);
      left.delete(column);
    }
  return fields.map((field) => found.get(field) ?? null);
}

/** Which of the schema's tables a source most likely is, by its own name or by that of the file. */
export function suggestTable(name: string | null, filename: string, tables: string[]): string | null {
  const bare = filename.replace(/(\.(csv|tsv|txt|json|ndjson|jsonl|gz|zip))+$/i, "");
  const names = name === null ? [bare, ...withoutAdditions(bare)] : [name];
  for (const rule of rules)
    for (const one of names) {
      const table = best(one, tables, rule);
      if (table !== null) return table;
    }
  return null;
}

/** A file may be called after its table, with a schema before it, and a date or a number behind it. */
function withoutAdditions(name: string): string[] {
  const stem = name.replace(/[\s._-]*[(\d][\d\s()T:Z._-]*$/, "");
  return [stem, stem.slice(stem.lastIndexOf(".") + 1)].filter((one) => one !== "" && one !== name);
}

/** How far two names are from each other; infinite when they are not the same by this rule. */
type Rule = (a: string, b: string) => number;

const rules: Rule[] = [
  (a, b) => (a === b ? 0 : Number.POSITIVE_INFINITY),
  (a, b) => (plain(a) === plain(b) && plain(a) !== "" ? 0 : Number.POSITIVE_INFINITY),
  (a, b) => (singular(plain(a)) === singular(plain(b)) && plain(a) !== "" ? 0 : Number.POSITIVE_INFINITY),
  closeness,
];

/** The nearest by a rule; the first of several. */
function best(name: string, among: string[], rule: Rule): string | null {
  let found: { one: string; far: number } | null = null;
  for (const one of among) {
    const far = rule(name, one);
    if (far < (found?.far ?? Number.POSITIVE_INFINITY)) found = { one, far };
  }
  return found?.one ?? null;
}

/** Without case, accents and what separates words. */
const plain = (name: string) =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/[^\p{L}\p{N}]/gu, "");

const singular = (name: string) =>
  name.length < 4 || name.endsWith("ss")
    ? name
    : name
        .replace(/ies$/, "y")
        .replace(/(ss|sh|ch|x|z)es$/, "$1")
        .replace(/s$/, "");

const mostCompared = 63;

/** One letter in four may differ; short names and those that differ in a number are not close. */
function closeness(a: string, b: string): number {
  const [one, other] = [plain(a), plain(b)];
  const shorter = Math.min(one.length, other.length);
  if (shorter < 4 || Math.max(one.length, other.length) > mostCompared) return Number.POSITIVE_INFINITY;
  if (one.replace(/\D/g, "") !== other.replace(/\D/g, "")) return Number.POSITIVE_INFINITY;
  const far = editDistance(one, other);
  return far <= Math.floor(shorter / 4) ? far : Number.POSITIVE_INFINITY;
}

/** How many letters have to be put in, taken out or changed. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
