"use client";

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { BackToList } from "@/app/browse/back-to-list";
import { Definition } from "@/app/browse/definition";
import { FirstRows } from "@/app/browse/first-rows";
import { readOnce } from "@/app/browse/read-once";
import { useTableDownload } from "@/app/browse/use-table-download";
import { useTRPC } from "@/app/trpc/client";
import type { ListedTable } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { formatBytes, plural } from "@/app/ui/format";
import { Loaded } from "@/app/ui/loaded";
import { Notice } from "@/app/ui/notice";
import { Section } from "@/app/ui/section";

const formats = ["csv", "json", "sql"] as const;
/** Where the rows are that the backup does not hold. */
const elsewhere: Record<string, string> = {
  "partitioned table": "Its rows are in its partitions, which are tables of their own.",
  "materialized view": "A backup holds no rows of a materialized view: a restore computes them anew.",
  "foreign table": "Its rows are on another server, and in no backup.",
};

export function TableView({ backupId, table }: { backupId: string; table: ListedTable }) {
  const trpc = useTRPC();
  const input = { backupId, table: table.name };
  const rows = useQuery(trpc.browse.rows.queryOptions({ ...input, limit: 50 }, readOnce));
  const made = useQuery(trpc.browse.table.queryOptions(input, readOnce));
  const { download, asked, isPending } = useTableDownload(input);
  const hasRows = table.rows !== null;
  return (
    <div className="flex min-w-0 flex-col gap-6">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <BackToList />
          <h2 className="whitespace-pre-wrap break-all font-mono font-semibold text-base">{table.name}</h2>
          <p className="text-muted text-sm tabular-nums">
            {table.kind}
            {table.rows !== null && `, ${plural(table.rows, "row")}, ${formatBytes(table.bytes)}`}
          </p>
        </div>
        {hasRows && (
          <fieldset className="flex gap-2">
            <legend className="sr-only">Download this table</legend>
            {formats.map((format) => (
              <Button
                key={format}
                icon={<Download aria-hidden className="size-4" />}
                pending={isPending && asked === format}
                disabled={rows.isError}
                onClick={() => download(format)}
              >
                {format.toUpperCase()}
              </Button>
            ))}
          </fieldset>
        )}
      </div>
      {!hasRows && <Notice>{elsewhere[table.kind] ?? "The backup holds no rows of it."}</Notice>}
      {hasRows && (
        <Section
          title="First rows"
          aside={rows.data && (rows.data.isAll ? "all of them" : `the first ${rows.data.rows.length}`)}
        >
          <Loaded query={rows} rows={8} loading="Reading the first rows" failed="The rows could not be read">
            {(first) => <FirstRows name={table.name} {...first} />}
          </Loaded>
        </Section>
      )}
      <Section title="Definition">
        <Loaded query={made} rows={4} loading="Reading the definition" failed="The definition could not be read">
          {({ sql }) => <Definition name={table.name} sql={sql} />}
        </Loaded>
      </Section>
    </div>
  );
}
