import type { CsvSource, JsonRows } from "@/jobs/data-file/read";
import type { TargetSchema } from "@/jobs/data-import/catalog";
import type { Reading } from "@/jobs/data-import/options";
import type { Problem } from "@/jobs/data-import/report";
import { about, resolveSource, type Target } from "@/jobs/data-import/resolve";

export type StagedTable = Target & {
  /** Its rows are in `t<n>`, in columns that `given` names, with `row` (from 1) and, where rows lack fields, `absent`. */
  n: number;
  /** All that the file has for it, those with problems too. */
  rows: number;
  /** The columns (`c`) that some rows have nothing for. What they lack is in their `absent`, by its place in `given` from 1. */
  lacking: string[];
};

/** A source of JSON, whose fields are known only when all of its rows were seen. */
type OpenJson = { n: number; name: string | null; rows: number; fields: Map<string, number> };

/** Keeps what is known of the sources of a file while they come by. */
export function openSources(known: { schema: TargetSchema; wanted: Pick<Reading, "table" | "mapping"> }) {
  const tables: StagedTable[] = [];
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const json = new Map<string | null, OpenJson>();
  let n = 0;

  function settle(name: string | null, fields: readonly string[]): Target | null {
    const resolved = resolveSource({ name, fields }, known);
    warnings.push(...resolved.warnings);
    problems.push(...resolved.problems);
    const { target } = resolved;
    if (!target || !tables.some(({ table }) => table.name === target.table.name)) return target;
    const message = `Two parts of the file have rows for the table ${target.table.name}. Import them one after the other.`;
    problems.push(about({ kind: "unknown_table", table: target.table.name, field: null, message }));
    return null;
  }

  return {
    /** The table for a CSV source, if its rows go anywhere. */
    csv({ table: name, header }: Pick<CsvSource, "table" | "header">): StagedTable | null {
      const target = settle(name, header);
      if (!target) return null;
      const staged = { ...target, n: ++n, rows: 0, lacking: [] };
      tables.push(staged);
      return staged;
    },
    /** The number of the table that rows of JSON go to as they are. */
    json({ table: name, rows, fields }: JsonRows): { n: number; isNew: boolean } {
      const found = json.get(name);
      const open = found ?? { n: ++n, name, rows: 0, fields: new Map<string, number>() };
      json.set(name, open);
      open.rows += rows;
      for (const [field, times] of fields) open.fields.set(field, (open.fields.get(field) ?? 0) + times);
      return { n: open.n, isNew: found === undefined };
    },
    end() {
      for (const { n, name, rows, fields } of json.values()) {
        const target = settle(name, [...fields.keys()]);
        if (!target) continue;
        const lacking = target.given.filter(({ field }) => (fields.get(field) ?? 0) < rows).map(({ c }) => c);
        tables.push({ ...target, n, rows, lacking });
      }
      return { tables, problems, warnings: [...new Set(warnings)] };
    },
  };
}

export type Sources = ReturnType<typeof openSources>;
