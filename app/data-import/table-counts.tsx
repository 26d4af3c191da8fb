import { totalsOf } from "@/app/data-import/report-words";
import type { ImportReport } from "@/app/trpc/types";
import { EmptyState } from "@/app/ui/empty-state";
import { formatCount } from "@/app/ui/format";
import { Section } from "@/app/ui/section";
import { Cell, Head, Row, Table } from "@/app/ui/table";

type Plan = ImportReport["tables"][number];
type Props = { tables: Plan[]; tense: "will" | "done" };

const heads = {
  will: { insert: "Add", update: "Change", skip: "Leave out", delete: "Delete" },
  done: { insert: "Added", update: "Changed", skip: "Left out", delete: "Deleted" },
};

const counted = ["insert", "update", "skip", "delete"] as const;

/** What becomes of the rows of each table, in numbers. */
export function TableCounts({ tables, tense }: Props) {
  if (tables.length === 0) return <EmptyState>None of the file's rows go to a table.</EmptyState>;
  const words = heads[tense];
  return (
    <Section title="Tables">
      <Table
        label="Rows by table"
        head={
          <>
            <Head>Table</Head>
            <Head numeric from="md">
              In the file
            </Head>
            {counted.map((name) => (
              <Head key={name} numeric>
                {words[name]}
              </Head>
            ))}
            <Head numeric from="md">
              Key is there
            </Head>
          </>
        }
      >
        {tables.map((plan) => (
          <Row key={plan.table}>
            <Cell className="max-w-0 w-1/2 min-w-20">
              <span title={plan.table} className="block truncate font-mono text-xs">
                {plan.table}
              </span>
            </Cell>
            <Counts plan={plan} />
          </Row>
        ))}
        {tables.length > 1 && (
          <Row className="font-medium">
            <Cell>All tables</Cell>
            <Counts plan={totalsOf(tables)} />
          </Row>
        )}
      </Table>
    </Section>
  );
}

function Counts({ plan }: { plan: Omit<Plan, "table" | "source"> }) {
  return (
    <>
      <Cell numeric from="md">
        {formatCount(plan.rows)}
      </Cell>
      {counted.map((name) => (
        <Cell key={name} numeric className={plan[name] === 0 ? "text-muted" : undefined}>
          {formatCount(plan[name])}
        </Cell>
      ))}
      <Cell numeric from="md" className={plan.conflicts === 0 ? "text-muted" : undefined}>
        {formatCount(plan.conflicts)}
      </Cell>
    </>
  );
}
