import { Check, Circle, CircleDot } from "lucide-react";
import type { Job, JobProgress } from "@/app/trpc/types";
import { cx } from "@/app/ui/class-names";
import { Foldable } from "@/app/ui/foldable";
import { formatBytes, formatCount } from "@/app/ui/format";

type TableState = JobProgress["tables"][number];

const marks = {
  done: { icon: Check, color: "text-good", word: "done" },
  running: { icon: CircleDot, color: "text-accent-strong", word: "running" },
  waiting: { icon: Circle, color: "text-muted", word: "waiting" },
};

export function JobTables({ job }: { job: Job }) {
  const tables = job.progress?.tables ?? [];
  if (tables.length === 0) return null;
  const unlisted = job.tablesTotal - tables.length;
  return (
    <Foldable scrolls summary={`Tables (${job.tablesDone} of ${job.tablesTotal})`}>
      <table className="w-full text-sm tabular-nums">
        <caption className="sr-only">Tables of this export</caption>
        <thead>
          <tr className="text-left text-muted text-xs">
            <th scope="col" className="font-medium">
              Table
            </th>
            <th scope="col" className="text-right font-medium">
              Rows
            </th>
            <th scope="col" className="text-right font-medium">
              Data
            </th>
          </tr>
        </thead>
        <tbody>
          {tables.map((table) => (
            <TableRow key={table.name} table={table} />
          ))}
        </tbody>
      </table>
      {unlisted > 0 && <p className="text-muted text-xs">and {formatCount(unlisted)} smaller ones</p>}
    </Foldable>
  );
}

function TableRow({ table }: { table: TableState }) {
  const { icon: Icon, color, word } = marks[table.state];
  return (
    <tr className={cx("h-6", table.state === "waiting" && "text-muted")}>
      <td className="max-w-0 w-full pr-3">
        <span className="flex items-center gap-1.5">
          <Icon role="img" aria-label={word} className={cx("size-3.5 shrink-0", color)} />
          <span className="truncate font-mono text-xs">{table.name}</span>
        </span>
      </td>
      <td className="whitespace-nowrap text-right">{table.rows === null ? "" : formatCount(table.rows)}</td>
      <td className="whitespace-nowrap pl-4 text-right">
        {formatBytes(table.state === "waiting" ? table.expectedBytes : table.bytes)}
      </td>
    </tr>
  );
}
