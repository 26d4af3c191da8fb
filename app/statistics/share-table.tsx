import { ProjectNameCell } from "@/app/project/project-name-cell";
import { FigureCells, FigureHeads } from "@/app/statistics/figure-cells";
import type { ProjectFigures } from "@/app/trpc/types";
import { Head, Row, Table } from "@/app/ui/table";

/** What each project has of the whole, the largest first. */
export function ShareTable({ shares }: { shares: ProjectFigures[] }) {
  return (
    <Table
      label="Figures of each project"
      head={
        <>
          <Head>Project</Head>
          <FigureHeads />
        </>
      }
    >
      {shares
        .toSorted((a, b) => b.bytes - a.bytes || a.name.localeCompare(b.name))
        .map((share) => (
          <Row key={share.projectId}>
            <ProjectNameCell project={share} className="max-w-0 w-2/5" />
            <FigureCells figures={share} />
          </Row>
        ))}
    </Table>
  );
}
