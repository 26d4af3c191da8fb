import { ChangedParts } from "@/app/comparison/changed-parts";
import { differs, summaryOf, verdictLooks } from "@/app/comparison/comparison-words";
import type { Comparison } from "@/app/trpc/types";
import { EmptyState } from "@/app/ui/empty-state";
import { Foldable } from "@/app/ui/foldable";
import { formatCount, plural } from "@/app/ui/format";
import { Section } from "@/app/ui/section";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Head, Row, Table } from "@/app/ui/table";

/** What differs, in figures first and in words for whoever unfolds it. */
export function Differences({ other, tables, objects }: Comparison) {
  const different = tables.filter(differs);
  const same = tables.filter((table) => !differs(table));
  const changed = tables.filter(({ verdict }) => verdict === "changed");
  if (different.length === 0 && objects.length === 0)
    return (
      <EmptyState>
        No difference: {plural(tables.length, "table")}, with the same structure and as many rows. Whether the rows are
        the same is not compared.
      </EmptyState>
    );
  return (
    <>
      <p className="text-muted text-sm">{summaryOf(tables, objects.length)}</p>
      {different.length > 0 && (
        <Section title="Tables that differ" aside={plural(different.length, "table")}>
          <Table
            label="Tables that differ"
            head={
              <>
                <Head>Table</Head>
                <Head>Structure</Head>
                <Head numeric>Rows here</Head>
                <Head numeric>{other ? "In the other" : "Live"}</Head>
                <Head numeric from="md">
                  Difference
                </Head>
              </>
            }
          >
            {different.map((table) => (
              <Row key={table.name}>
                <Cell className="w-2/5 max-w-0">
                  <span title={table.name} className="block truncate font-mono text-xs">
                    {table.name}
                  </span>
                </Cell>
                <Cell>
                  <StatusMark tone={verdictLooks[table.verdict].tone}>{verdictLooks[table.verdict].word}</StatusMark>
                </Cell>
                <Cell numeric>{count(table.rowsBefore)}</Cell>
                <Cell numeric>{count(table.rowsAfter)}</Cell>
                <Cell numeric from="md" className="text-muted">
                  {change(table)}
                </Cell>
              </Row>
            ))}
          </Table>
        </Section>
      )}
      {changed.length > 0 && (
        <Section title="What changed in them">
          <div>
            {changed.map(({ name, columns, others }) => (
              <Foldable key={name} summary={name}>
                <ChangedParts title={`Columns of ${name}`} parts={columns} named />
                <ChangedParts title={`What belongs to ${name}`} parts={others} />
              </Foldable>
            ))}
          </div>
        </Section>
      )}
      {objects.length > 0 && (
        <Section title="Other objects" aside={plural(objects.length, "object")}>
          <div>
            {objects.map((object) => (
              <Foldable
                key={`${object.kind} ${object.name}`}
                summary={`${object.kind} ${object.name}: ${verdictLooks[object.verdict].word.toLowerCase()}`}
              >
                <ChangedParts title={`Definition of ${object.name}`} parts={[object]} />
              </Foldable>
            ))}
          </div>
        </Section>
      )}
      {same.length > 0 && (
        <Foldable summary={`${plural(same.length, "table")} without a difference`} scrolls>
          <ul className="columns-2 font-mono text-xs max-md:columns-1">
            {same.map(({ name }) => (
              <li key={name} className="truncate py-0.5">
                {name}
              </li>
            ))}
          </ul>
        </Foldable>
      )}
    </>
  );
}

const count = (rows: number | null) => (rows === null ? "–" : formatCount(rows));

function change({ rowsBefore, rowsAfter }: Comparison["tables"][number]): string {
  if (rowsBefore === null || rowsAfter === null) return "–";
  const more = rowsAfter - rowsBefore;
  return more > 0 ? `+${formatCount(more)}` : more < 0 ? `−${formatCount(-more)}` : "0";
}
