import { likelyColumns } from "@/app/data-import/likely-columns";
import type { FileHints, ImportWish, InspectedFile, TargetTable } from "@/app/trpc/types";

/** Where the rows of one source of the file go: null is nowhere. `key` tells rows apart; empty where nothing does. */
export type SourceChoice = {
  source: string | null;
  table: string | null;
  /** By field. */
  columns: Record<string, string | null>;
  key: string[];
};

export type Mode = NonNullable<ImportWish["importMode"]>;
export type Rule = NonNullable<ImportWish["conflictResolution"]>;
export type DateOrder = NonNullable<ImportWish["dateOrder"]>;

/** All that is chosen on the way to a dry run. */
export type Choice = { sources: SourceChoice[]; mode: Mode; rule: Rule; dateOrder: DateOrder };

const defaults = { mode: "insert_only", rule: "fail", dateOrder: "ymd" } as const;

type Source = InspectedFile["tables"][number];

export const targetOf = (file: Pick<InspectedFile, "targets">, { table }: Pick<SourceChoice, "table">) =>
  file.targets.find(({ name }) => name === table);

/** What was chosen before, as far as it fits the file; else what the file suggests. */
export function fitted(file: Pick<InspectedFile, "tables" | "targets">, before: Choice | null): Choice {
  const { mode, rule, dateOrder } = before ?? defaults;
  const sources = file.tables.map((source) => {
    const kept = before?.sources.find((one) => one.source === source.name && hasFields(one, source.fields));
    const isThere = kept && (kept.table === null || targetOf(file, kept));
    return isThere ? kept : suggested(source, file.targets);
  });
  return { sources, mode, rule, dateOrder };
}

function hasFields({ columns }: SourceChoice, fields: string[]): boolean {
  const names = Object.keys(columns);
  return names.length === new Set(fields).size && fields.every((field) => Object.hasOwn(columns, field));
}

function suggested(source: Source, targets: TargetTable[]): SourceChoice {
  const columns = Object.fromEntries(source.fields.map((field, at) => [field, source.suggestedColumns[at] ?? null]));
  const table = source.suggestedTable;
  return { source: source.name, table, columns, key: keyFor(targetOf({ targets }, { table }), columns) };
}

/** The same source with another table, whose columns are guessed anew. */
export function withTable(choice: SourceChoice, table: string | null, targets: TargetTable[]): SourceChoice {
  const target = targetOf({ targets }, { table });
  const fields = Object.keys(choice.columns);
  const likely = likelyColumns(fields, target?.columns.filter(({ isGenerated }) => !isGenerated) ?? []);
  const columns = Object.fromEntries(fields.map((field, at) => [field, likely[at] ?? null]));
  return { ...choice, table, columns, key: keyFor(target, columns) };
}

/** With one field going to another column. A key that nobody has chosen follows. */
export function withColumn(choice: SourceChoice, [field, column]: [string, string | null], target?: TargetTable) {
  const columns = { ...choice.columns, [field]: column };
  const wasGuessed = String(choice.key) === String(keyFor(target, choice.columns));
  return { ...choice, columns, key: wasGuessed ? keyFor(target, columns) : choice.key };
}

/** The primary key, if there are fields for it; else a unique one that there are fields for. */
function keyFor(target: TargetTable | undefined, columns: SourceChoice["columns"]): string[] {
  const keys = target?.keys ?? [];
  const given = new Set(Object.values(columns));
  const isGiven = (key: TargetTable["keys"][number]) => key.columns.every((column) => given.has(column));
  return (keys.find(isGiven) ?? keys.find(({ isPrimary }) => isPrimary))?.columns ?? [];
}

/** What the server is to look at, and then to import. */
export function wishOf(fileId: string, hints: FileHints, { sources, mode, rule, dateOrder }: Choice): ImportWish {
  return {
    fileId,
    ...hints,
    dateOrder,
    importMode: mode,
    conflictResolution: rule,
    mapping: sources.map(({ source, table, columns, key }) =>
      table === null ? { source, table } : { source, table, columns, ...(key.length > 0 && { key }) },
    ),
  };
}
