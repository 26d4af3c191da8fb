import { placeWord } from "@/app/data-import/report-words";
import type { ImportReport } from "@/app/trpc/types";
import { formatCount } from "@/app/ui/format";
import { ScrollBox } from "@/app/ui/scroll-box";

type Problem = ImportReport["problems"][number];

const cell = "px-2.5 py-1.5 align-top";
const head = "whitespace-nowrap border-line border-b px-2.5 py-1.5 font-medium";

/** Where each is in the file, and what is there. On a narrow screen what is wrong stands below the field. */
export function ProblemTable({ problems }: { problems: ImportReport["problems"] }) {
  return (
    <ScrollBox label="Problems one by one" className="rounded border border-line">
      <table aria-label="Problems" className="w-full border-collapse text-left text-sm tabular-nums">
        <thead className="sticky top-0 bg-sunken text-xs">
          <tr>
            <th scope="col" className={`${head} text-right`}>
              Line
            </th>
            <th scope="col" className={`${head} text-right max-md:hidden`}>
              Row
            </th>
            <th scope="col" className={head}>
              Field
            </th>
            <th scope="col" className={head}>
              Value
            </th>
            <th scope="col" className={`${head} max-md:hidden`}>
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
      <td className={`${cell} text-right text-muted max-md:hidden`}>{row === null ? "" : formatCount(row)}</td>
      <td className={cell}>
        <span className="break-all font-mono text-xs leading-5">{placeWord({ table, field })}</span>
        <span className="block md:hidden">{message}</span>
      </td>
      <td className={cell}>
        {value === null ? (
          <span className="text-muted">–</span>
        ) : (
          <span
            title={value}
            className="block max-w-60 truncate max-md:max-w-24 whitespace-pre font-mono text-xs leading-5"
          >
            {value.replaceAll("\n", "⏎")}
          </span>
        )}
      </td>
      <td className={`${cell} min-w-60 max-md:hidden`}>{message}</td>
    </tr>
  );
}
