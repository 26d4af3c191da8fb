import type { Comparison } from "@/app/trpc/types";
import { plural } from "@/app/ui/format";
import type { Tone } from "@/app/ui/status-mark";

type Table = Comparison["tables"][number];

export const verdictLooks: Record<Table["verdict"], { tone: Tone; word: string }> = {
  added: { tone: "running", word: "Added" },
  removed: { tone: "bad", word: "Removed" },
  changed: { tone: "warn", word: "Changed" },
  same: { tone: "ended", word: "The same" },
};

/** In its structure, or in how many rows it has. What was not counted may be the same. */
export const differs = ({ verdict, rowsBefore, rowsAfter }: Pick<Table, "verdict" | "rowsBefore" | "rowsAfter">) =>
  verdict !== "same" || (rowsBefore !== null && rowsAfter !== null && rowsBefore !== rowsAfter);

/** `1 table added, 2 tables changed, 3 tables with another number of rows, 1 other object.` */
export function summaryOf(tables: Pick<Table, "verdict" | "rowsBefore" | "rowsAfter">[], objects: number): string {
  const of = (verdict: Table["verdict"]) => tables.filter((table) => table.verdict === verdict).length;
  const otherRows = tables.filter((table) => table.verdict === "same" && differs(table)).length;
  const parts = [
    ...(["added", "removed", "changed"] as const).map((verdict) => [of(verdict), verdict] as const),
    [otherRows, "with another number of rows"] as const,
  ].flatMap(([count, what]) => (count > 0 ? [`${plural(count, "table")} ${what}`] : []));
  return `${[...parts, ...(objects > 0 ? [plural(objects, "other object")] : [])].join(", ")}.`;
}
