import { placeWord, problemWords, rowsWord } from "@/app/data-import/report-words";
import type { ImportReport } from "@/app/trpc/types";
import { formatCount } from "@/app/ui/format";
import { StatusMark } from "@/app/ui/status-mark";

/** Problems of one kind in one field together, with the rows they are in. */
export function ProblemGroups({ groups }: { groups: ImportReport["groups"] }) {
  return (
    <ul aria-label="Problems by kind" className="flex flex-col border-line border-y">
      {groups.map(({ kind, table, field, count, rows, message }) => (
        <li
          key={`${kind} ${table} ${field}`}
          className="grid grid-cols-[15rem_minmax(0,1fr)] gap-x-4 gap-y-0.5 border-line border-b py-2 last:border-b-0 max-md:grid-cols-1"
        >
          <StatusMark tone="bad">{problemWords[kind]}</StatusMark>
          <div className="min-w-0 text-sm">
            <p className="tabular-nums">
              <span className="break-all font-mono text-xs">{placeWord({ table, field })}</span>
              {rows && <span className="text-muted"> in {rowsWord(rows)}</span>}
              {count > 1 && <span className="text-muted"> ({formatCount(count)} times)</span>}
            </p>
            <p className="break-words">{message}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
