import type { ReadOptions } from "@/jobs/data-file/read";
import { linesOfRows } from "@/jobs/data-file/read";
import { type ImportReport, type Problem, shownProblems, type TablePlan } from "@/jobs/data-import/report";
import type { Session } from "@/jobs/data-import/session";
import type { Staged } from "@/jobs/data-import/stage";

/** How many problems get their line: more than anybody mends one by one. */
const linedProblems = 100_000;

/** Finds out where in the file the rows with problems stand, by reading it once more. */
export async function addLines(
  session: Session,
  problems: string,
  { file, staged }: { file: ReadOptions; staged: Staged },
): Promise<void> {
  const rows = await session.unsafe<{ table: string; rows: number[] }[]>(
    `select "table", json_agg(distinct row) as rows from (select "table", row from ${problems}
       where row is not null and line is null order by n limit ${linedProblems}) p group by "table"`,
  );
  for (const { table, rows: wanted } of rows) {
    const source = staged.tables.find((one) => one.table.name === table)?.source ?? null;
    const lines = await linesOfRows(file, source, wanted);
    await session.unsafe(
      `update ${problems} p set line = f.line from json_to_recordset($1::text::json) as f(row bigint, line bigint)
       where p."table" = $2 and p.row = f.row and p.line is null`,
      [JSON.stringify([...lines].map(([row, line]) => ({ row, line }))), table],
    );
  }
}

type Summing = { staged: Staged; plans: TablePlan[]; warnings: string[] };

/** What is told of a check or an import. */
export async function reportOf(
  session: Session,
  problems: string,
  { staged, plans, warnings }: Summing,
): Promise<ImportReport> {
  const { nature } = staged;
  const [counted] = await session.unsafe<{ n: number }[]>(`select count(*)::float8 as n from ${problems}`);
  return {
    ...nature,
    tables: plans,
    problemCount: counted?.n ?? 0,
    groups: [...(await session.unsafe<ImportReport["groups"]>(groupsOf(problems)))],
    problems: [
      ...(await session.unsafe<Problem[]>(
        `select kind, "table", row::float8 as row, line::float8 as line, field, value, message from ${problems} order by n limit ${shownProblems}`,
      )),
    ],
    warnings: [...staged.warnings, ...warnings],
  };
}

const shownGroups = 100;
const shownRanges = 10;

/** Rows that follow each other are one range. */
const groupsOf = (problems: string) => `
  with marked as (select kind, "table", field, row, row - dense_rank() over (partition by kind, "table", field order by row) as island
      from ${problems} where row is not null),
    ranges as (select kind, "table", field, min(row) as first, max(row) as last,
        row_number() over (partition by kind, "table", field order by min(row)) as n
      from marked group by kind, "table", field, island),
    listed as (select kind, "table", field, string_agg(case when n > ${shownRanges} then '…'
          when first = last then first::text else first || '-' || last end, ', ' order by n) as rows
      from ranges where n <= ${shownRanges + 1} group by kind, "table", field),
    groups as (select kind, "table", field, count(*)::float8 as count, min(n) as n from ${problems} group by kind, "table", field)
  select g.kind, g."table", g.field, g.count, coalesce(l.rows, '') as rows, p.message
  from groups g join ${problems} p on p.n = g.n
    left join listed l on l.kind = g.kind and l."table" is not distinct from g."table" and l.field is not distinct from g.field
  order by g.n limit ${shownGroups}`;
