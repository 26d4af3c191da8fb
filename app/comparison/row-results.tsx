import type { RowComparison } from "@/app/trpc/types";
import { Foldable } from "@/app/ui/foldable";
import { plural } from "@/app/ui/format";
import { Cell, Head, Row, Table } from "@/app/ui/table";

/** What a comparison of rows has found, table by table. */
export function RowResults({ tables }: Pick<RowComparison, "tables">) {
  return (
    <div>
      {tables.map((table) => (
        <Foldable key={table.table} summary={`${table.table}: ${countsOf(table)}`}>
          <p className="pb-2 text-muted text-sm">
            {table.key.length > 0
              ? `Told apart by ${table.key.join(", ")}; ${plural(table.columns.length, "column")} compared.`
              : "It has no primary key: a row that changed is one removed and one added."}
          </p>
          {table.first.length > 0 && (
            <Table
              label={`Rows of ${table.table} that differ`}
              className="max-h-80 overflow-y-auto"
              head={
                <>
                  <Head>{table.key.length > 0 ? table.key.join(", ") : "Row"}</Head>
                  <Head>What happened</Head>
                </>
              }
            >
              {table.first.map(({ key, verdict }, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows without a key may be alike, and never change
                <Row key={at}>
                  <Cell className="break-all font-mono text-xs">{key.map((value) => value ?? "NULL").join(", ")}</Cell>
                  <Cell>{verdict}</Cell>
                </Row>
              ))}
            </Table>
          )}
        </Foldable>
      ))}
    </div>
  );
}

/** `1 added, 2 removed, 97 the same` */
function countsOf({ added, removed, changed, same }: RowComparison["tables"][number]): string {
  const parts = Object.entries({ added, removed, changed }).flatMap(([word, count]) =>
    count > 0 ? [`${count} ${word}`] : [],
  );
  return [...parts, `${same} the same`].join(", ");
}
