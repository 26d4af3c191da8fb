import { changesOf, findingLooks, findingTitles } from "@/app/restore/preflight-words";
import type { Preflight, PreflightFinding } from "@/app/trpc/types";
import { Foldable } from "@/app/ui/foldable";
import { formatCount, plural } from "@/app/ui/format";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Head, Row, Table } from "@/app/ui/table";

/** What stands in the way first; then what is worth knowing, and what would change table by table. */
export function PreflightReport({ report }: { report: Preflight }) {
  const order = { stop: 0, warn: 1, ok: 2 };
  const findings = report.findings.toSorted((a, b) => order[a.level] - order[b.level]);
  const changes = changesOf(report.tables);
  return (
    <>
      <ul aria-label="Pre-flight report" className="flex flex-col gap-2">
        {findings.map((finding) => (
          <FindingLine key={finding.name} finding={finding} />
        ))}
      </ul>
      {changes.length > 0 && (
        <Foldable scrolls summary={`What changes in ${plural(changes.length, "table")}`}>
          <Table
            label="What changes"
            head={
              <>
                <Head>Table</Head>
                <Head numeric>Rows now, about</Head>
                <Head numeric>Rows in the backup</Head>
              </>
            }
          >
            {changes.map(({ name, live, inBackup }) => (
              <Row key={name}>
                <Cell className="max-w-0 w-1/2">
                  <span title={name} className="block truncate font-mono text-xs">
                    {name}
                  </span>
                </Cell>
                <Cell numeric>{live === null ? "not there" : live < 0 ? "not counted" : formatCount(live)}</Cell>
                <Cell numeric>{inBackup === null ? "goes" : formatCount(inBackup)}</Cell>
              </Row>
            ))}
          </Table>
        </Foldable>
      )}
    </>
  );
}

function FindingLine({ finding: { name, level, detail, items } }: { finding: PreflightFinding }) {
  return (
    <li className="grid grid-cols-[8.5rem_minmax(0,1fr)] items-start gap-x-3 max-md:grid-cols-1">
      <StatusMark tone={findingLooks[level]}>{findingTitles[name]}</StatusMark>
      <div className="min-w-0 text-sm">
        <p>{detail}</p>
        {items.length > 0 && (
          <ul className="list-disc break-words pl-4 font-mono text-muted text-xs">
            {items.slice(0, 20).map((item) => (
              <li key={item}>{item}</li>
            ))}
            {items.length > 20 && <li>and {formatCount(items.length - 20)} more</li>}
          </ul>
        )}
      </div>
    </li>
  );
}
