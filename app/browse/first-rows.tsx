import type { FirstRows as Rows } from "@/app/trpc/types";
import { EmptyState } from "@/app/ui/empty-state";
import { formatBytes } from "@/app/ui/format";
import { ScrollBox } from "@/app/ui/scroll-box";

/** Rows as they are in the backup. NULL differs from an empty text; of long values the beginning is shown. */
export function FirstRows({ name, columns, rows, shortened }: Rows & { name: string }) {
  if (rows.length === 0) return <EmptyState>The table is empty.</EmptyState>;
  const lengths = new Map(shortened.map(({ row, column, bytes }) => [`${row} ${column}`, bytes]));
  return (
    <ScrollBox label={`Rows of ${name}`} className="rounded border border-line">
      <table aria-label={`First rows of ${name}`} className="w-full border-collapse text-left text-xs">
        <thead className="sticky top-0 bg-sunken">
          <tr>
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                className="whitespace-nowrap border-line border-b px-2.5 py-1.5 align-bottom"
              >
                <span className="block whitespace-pre font-medium font-mono">{column.name}</span>
                <span className="block max-w-48 truncate font-normal text-muted" title={column.type}>
                  {column.type}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and never change
            <tr key={at} className="border-line border-b last:border-b-0 hover:bg-sunken">
              {row.map((value, i) => (
                <Value key={columns[i]?.name} value={value} bytes={lengths.get(`${at} ${i}`)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function Value({ value, bytes }: { value: string | null; bytes?: number }) {
  if (value === null) return <td className="px-2.5 py-1.5 text-muted italic">NULL</td>;
  return (
    <td className="px-2.5 py-1.5">
      <span title={value} className="block max-w-72 truncate whitespace-pre font-mono">
        {value.replaceAll("\n", "⏎")}
      </span>
      {bytes !== undefined && <span className="text-muted">the beginning of {formatBytes(bytes)}</span>}
    </td>
  );
}
