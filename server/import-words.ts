import type { ImportReport } from "@/jobs/data-import/report";

/** `3 rows inserted, 2 updated.` */
export function importSentence({ tables }: ImportReport): string {
  const total = (what: "insert" | "update" | "skip" | "delete") => tables.reduce((sum, table) => sum + table[what], 0);
  const done = [
    [total("insert"), "inserted"],
    [total("update"), "updated"],
    [total("delete"), "deleted"],
    [total("skip"), "left as they are"],
  ] as const;
  const [first, ...others] = done.filter(([n]) => n > 0);
  if (!first) return "There was nothing to do.";
  const [n, word] = first;
  return `${[`${n} ${n === 1 ? "row" : "rows"} ${word}`, ...others.map(([n, word]) => `${n} ${word}`)].join(", ")}.`;
}
