import { tableParts } from "@/jobs/browse/columns";
import type { DumpedObject } from "@/jobs/browse/definitions";

/** One of the two that are compared: a backup, or the live schema. */
export type Side = {
  objects: DumpedObject[];
  tables: {
    name: string;
    kind: string;
    /** Null where there are none to count. */
    rows: number | null;
  }[];
};

export type Verdict = "added" | "removed" | "changed" | "same";

/** What a thing was and is, as the dump says it; null where it is not. */
export type Difference = { name: string; before: string | null; after: string | null };

export type TableDifference = {
  name: string;
  kind: string;
  /** Of the structure. `added`: only the second has it. */
  verdict: Verdict;
  rowsBefore: number | null;
  rowsAfter: number | null;
  columns: Difference[];
  /** Indexes, constraints, triggers, comments and so on, each as the statement or the part of one that says it. */
  others: Difference[];
};

export type ObjectDifference = {
  kind: string;
  name: string;
  verdict: Exclude<Verdict, "same">;
  before: string | null;
  after: string | null;
};

export type Structure = { tables: TableDifference[]; objects: ObjectDifference[] };

/** How the second differs from the first: every table, what differs first; of other objects those that differ. */
export function compareStructure(before: Side, after: Side): Structure {
  const names = new Set([...before.tables, ...after.tables].map(({ name }) => name));
  const tables = [...names].map((name) => compareTable(name, before, after));
  const isTable = ({ name }: DumpedObject) => names.has(name);
  return {
    tables: tables.sort((a, b) => weight(a) - weight(b) || a.name.localeCompare(b.name, "en", { numeric: true })),
    objects: compareObjects(
      before.objects.filter((one) => !isTable(one) && one.kind !== "schema"),
      after.objects.filter((one) => !isTable(one) && one.kind !== "schema"),
    ),
  };
}

const weight = ({ verdict, rowsBefore, rowsAfter }: TableDifference) =>
  verdict !== "same" ? 0 : rowsBefore !== rowsAfter ? 1 : 2;

function compareTable(name: string, before: Side, after: Side): TableDifference {
  const [was, is] = [before, after].map((side) => side.tables.find((table) => table.name === name));
  const [old, now] = [partsOf(before, name), partsOf(after, name)];
  const columns = was && is ? differences(old.columns, now.columns) : [];
  const others = was && is ? differences(old.others, now.others) : [];
  const isChanged = columns.length > 0 || others.length > 0 || was?.kind !== is?.kind;
  return {
    name,
    kind: (is ?? was)?.kind ?? "table",
    verdict: !was ? "added" : !is ? "removed" : isChanged ? "changed" : "same",
    rowsBefore: was?.rows ?? null,
    rowsAfter: is?.rows ?? null,
    columns,
    others,
  };
}

/** What makes a table, part by part. */
function partsOf({ objects }: Side, name: string): { columns: Map<string, string>; others: Map<string, string> } {
  const object = objects.find((one) => one.name === name && /table$|^materialized view$/.test(one.kind));
  const [create = "", ...more] = object?.statements ?? [];
  const { columns, rest } = tableParts(create);
  return { columns, others: new Map([...rest, ...more].map((text) => [text, text])) };
}

function differences(before: Map<string, string>, after: Map<string, string>): Difference[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names]
    .map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }))
    .filter((one) => one.before !== one.after);
}

function compareObjects(before: DumpedObject[], after: DumpedObject[]): ObjectDifference[] {
  const byKey = (objects: DumpedObject[]) =>
    new Map(objects.map((one) => [JSON.stringify([one.kind, one.name]), one.statements.join("\n\n")]));
  const kinds = new Map([...before, ...after].map(({ kind, name }) => [JSON.stringify([kind, name]), { kind, name }]));
  return differences(byKey(before), byKey(after)).flatMap((found) => {
    const object = kinds.get(found.name);
    if (!object) return [];
    const verdict = found.before === null ? "added" : found.after === null ? "removed" : "changed";
    return [{ ...object, verdict, before: found.before, after: found.after }];
  });
}
