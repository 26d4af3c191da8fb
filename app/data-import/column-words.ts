import type { TargetTable } from "@/app/trpc/types";

/** A column in a list to choose from: `email · text · required`. */
export function columnWord(column: TargetTable["columns"][number]): string {
  const { name, type, isNullable, hasDefault, isGenerated, identity } = column;
  const isRequired = !(isNullable || hasDefault || identity);
  const more = isGenerated ? "computed" : isRequired ? "required" : null;
  return [name, type, more].filter(Boolean).join(" · ");
}

const shown = 3;

/** A few values of a field, each once; those that are there before NULL. */
export function samplesOf(rows: (string | null)[][], at: number): (string | null)[] {
  const values = [...new Set(rows.map((row) => row[at] ?? null))];
  const [some, none] = [values.filter((value) => value !== null), values.filter((value) => value === null)];
  return some.length === 0 ? none : [...some, ...none].slice(0, shown);
}
