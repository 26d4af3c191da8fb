import type { ReadOptions } from "@/jobs/data-file/read";
import type { TargetSchema } from "@/jobs/data-import/catalog";
import { checkImport } from "@/jobs/data-import/check";
import { problemsTable } from "@/jobs/data-import/names";
import { planOf } from "@/jobs/data-import/plan";
import { makeProblems } from "@/jobs/data-import/problems";
import type { ImportReport, TablePlan } from "@/jobs/data-import/report";
import type { Merge } from "@/jobs/data-import/row-sql";
import type { Rules } from "@/jobs/data-import/rules";
import type { Session } from "@/jobs/data-import/session";
import type { Staged } from "@/jobs/data-import/stage";
import { addLines, reportOf } from "@/jobs/data-import/summary";
import { qualified } from "@/jobs/postgres/identifier";

export type Comparing = {
  jobId: string;
  schema: TargetSchema;
  staged: Staged;
  file: ReadOptions;
  /** What becomes of the rows; null where only the file is looked at. */
  rules: Rules | null;
  /** Look for everything that stands in the way, not only for what the rules refuse. */
  all: boolean;
};

/** The file alone is looked at as if all of its rows were new ones. */
const noRules: Rules = { present: "skip", absent: "insert", others: "keep" };

export const mergesOf = ({ schema, staged, rules }: Pick<Comparing, "schema" | "staged" | "rules">): Merge[] =>
  staged.tables.map((table) => ({
    stage: staged.stage,
    schema: schema.schema,
    staged: table,
    rules: rules ?? noRules,
  }));

/**
 * Compares what is staged with the project's rows, in the session's own view of them: the plan of an import and everything that stands in its way.
 * All problems, with those of the file itself, are kept in the staging schema under the job's name.
 */
export async function compare(session: Session, comparing: Comparing): Promise<ImportReport> {
  const { jobId, schema, staged, rules, all } = comparing;
  const merges = mergesOf(comparing);
  const problems = qualified(staged.stage, problemsTable(jobId));
  await makeProblems(session, staged.stage, problemsTable(jobId));
  await session.unsafe(
    `insert into ${problems} (kind, "table", row, line, field, value, message)
     select kind, "table", row, line, field, value, message from ${qualified(staged.stage, "problems")} order by n`,
  );
  const plans: TablePlan[] = [];
  for (const merge of merges) plans.push(await planOf(session, merge));
  const warnings = await checkImport(session, { schema, merges, problems, all: all && rules !== null });
  await addLines(session, problems, comparing);
  return reportOf(session, problems, { staged, plans, warnings });
}
