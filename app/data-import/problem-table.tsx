import { placeWord } from "@/app/data-import/report-words";
import type { ImportReport } from "@/app/trpc/types";
import { formatCount } from "@/app/ui/format";
import { ScrollBox } from "@/app/ui/scroll-box";

type Problem = ImportReport["problems"][number];

const cell = "px-2.5 py-1.5 align-top";
const head = "whitespace-nowrap border-line border-b px-2.5 py-1.5 font-medium";

/** Where each is in the file, and what is there. */
export function ProblemTable({ problems }: { problems: ImportReport["problems"] }) {
  return (
    <ScrollBox label="Problems one by one" className="rounded border border-line">
      <table aria-label="Problems" className="w-full border-collapse text-left text-sm tabular-nums">
        <thead className="sticky top-0 bg-sunken text-xs">
          <tr>
            <th scope="col" className={`${head} text-right`}>
              Line
            </th>
            <th scope="col" className={`${head} text-right`}>
              Row
            </th>
            <th scope="col" className={head}>
              Field
            </th>
            <th scope="col" className={head}>
              Value
            </th>
            <th scope="col" className={head}>
              What is wrong
            </th>
          </tr>
        </thead>
        <tbody>
          {problems.map((problem, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: problems have no other name, and never change
            <ProblemRow key={at} problem={problem} />
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function ProblemRow({ problem: { line, row, table, field, value, message } }: { problem: Problem }) {
  return (
    <tr className="border-line border-b last:border-b-0 hover:bg-sunken">
      <td className={`${cell} text-right`}>{line === null ? "" : formatCount(line)}</td>
      <td className={`${cell} text-right text-muted`}>{row === null ? "" : formatCount(row)}</td>
      <td className={`${cell} font-mono text-xs leading-5`}>{placeWord({ table, field })}</td>
      <td className={cell}>
        {value === null ? (
          <span className="text-muted">–</span>
        ) : (
          <span title={value} className="block max-w-60 truncate whitespace-pre font-mono text-xs leading-5">
            {value.replaceAll("\n", "⏎")}
          </span>
        )}
      </td>
      <td className={`${cell} min-w-60`}>{message}</td>
    </tr>
  );
}
