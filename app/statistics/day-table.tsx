import { FigureCells, FigureHeads } from "@/app/statistics/figure-cells";
import type { DayFigures } from "@/app/trpc/types";
import { Cell, Head, Row, Table } from "@/app/ui/table";

/** What the charts show, in numbers; the newest day first. Days without an export have nothing to say. */
export function DayTable({ days }: { days: DayFigures[] }) {
  const busy = days.filter(({ completed, failed }) => completed + failed > 0).toReversed();
  return (
    <Table
      label="Figures of each day"
      head={
        <>
          <Head>Day</Head>
          <FigureHeads />
        </>
      }
    >
      {busy.map((day) => (
        <Row key={day.day}>
          <Cell className="whitespace-nowrap">
            <time dateTime={day.day}>{day.day}</time>
          </Cell>
          <FigureCells figures={day} />
        </Row>
      ))}
    </Table>
  );
}
