import { type Choice, type SourceChoice, targetOf } from "@/app/data-import/choice";
import type { InspectedFile, TargetTable } from "@/app/trpc/types";

/** What a source is called, where only one has no name. */
export const sourceName = ({ source }: Pick<SourceChoice, "source">): string => source ?? "This file";

/** Columns that more than one field goes to. */
export function doubled({ columns }: SourceChoice): Set<string> {
  const names = Object.values(columns).filter((name) => name !== null);
  return new Set(names.filter((name, at) => names.indexOf(name) < at));
}

/** Columns that a new row needs a value for, and that no field goes to. */
export function lacking({ columns }: SourceChoice, target: TargetTable): string[] {
  const given = new Set(Object.values(columns));
  return target.columns
    .filter(
      ({ isNullable, hasDefault, isGenerated, identity }) => !(isNullable || hasDefault || isGenerated || identity),
    )
    .filter(({ name }) => !given.has(name))
    .map(({ name }) => name);
}

/** Columns of the chosen key that no field goes to. */
const lackingOfKey = ({ key, columns }: SourceChoice): string[] =>
  key.filter((name) => !Object.values(columns).includes(name));

/** Why no dry run can be made of it; null when one can. */
export function faultOf({ sources }: Choice): string | null {
  const taken = sources.filter(({ table }) => table !== null);
  if (taken.length === 0) return "Choose the table that the rows go to.";
  const tables = taken.map(({ table }) => table);
  const twice = taken.find(({ table }, at) => tables.indexOf(table) < at);
  if (twice) return `Two parts of the file go to ${twice.table}. Import them one after the other.`;
  for (const source of taken) {
    const [name] = doubled(source);
    if (name) return `Two fields go to the column ${name} of ${source.table}. Leave one of them out.`;
    if (Object.values(source.columns).every((column) => column === null))
      return `No field goes to a column of ${source.table}.`;
  }
  return null;
}

/** What is worth a second look, for each source: it may be right all the same. */
export function doubtsOf(source: SourceChoice, { mode, rule }: Pick<Choice, "mode" | "rule">, target: TargetTable) {
  const missing = mode === "update_only" ? [] : lacking(source, target);
  const keyless = lackingOfKey(source);
  const isMatched = mode === "update_only" || (mode === "upsert" && (rule === "overwrite" || rule === "merge"));
  const doubts: string[] = [];
  if (missing.length > 0) doubts.push(`A new row needs a value for ${missing.join(", ")}, and no field goes there.`);
  if (keyless.length > 0 && isMatched)
    doubts.push(`Rows are told apart by ${source.key.join(", ")}, and no field goes to ${keyless.join(", ")}.`);
  if (source.key.length === 0 && isMatched)
    doubts.push(`${target.name} has no key, so no row of the file can be found in it.`);
  return doubts;
}

/** How much of the file goes where: `6 of 7 fields go to customers`. */
export function coverage(source: SourceChoice, file: Pick<InspectedFile, "targets">): string {
  if (!targetOf(file, source)) return "left out";
  const columns = Object.values(source.columns);
  return `${columns.filter((name) => name !== null).length} of ${columns.length} fields go to ${source.table}`;
}
