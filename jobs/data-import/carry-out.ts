import { eq } from "drizzle-orm";
import type postgres from "postgres";
import { db } from "@/db/client";
import { codeOf, messageOf } from "@/db/errors";
import { dataImports } from "@/db/schema";
import { applyPlan } from "@/jobs/data-import/apply";
import { compare, mergesOf } from "@/jobs/data-import/compare";
import { stagePrefix } from "@/jobs/data-import/names";
import { beginWith, type OpenImport } from "@/jobs/data-import/open-import";
import type { ImportOptions } from "@/jobs/data-import/options";
import { type ImportReport, importReport, type TablePlan } from "@/jobs/data-import/report";
import { rulesOf } from "@/jobs/data-import/rules";
import type { Session } from "@/jobs/data-import/session";
import { jobsEnv } from "@/jobs/env";
import type { RunContext } from "@/jobs/lifecycle/execute";
import { failed } from "@/jobs/lifecycle/failure";
import { passPointOfNoReturn } from "@/jobs/lifecycle/finish";
import { qualified } from "@/jobs/postgres/identifier";

export type Carrying = OpenImport & { context: RunContext; session: postgres.Sql; options: ImportOptions };

/**
 * Compares and writes in one transaction that keeps others from writing to the tables meanwhile, and notes in it that it is done. Fails, with nothing
 * changed, when there is a problem, when the numbers are not those of the dry run, or when the writing does not come to the numbers of the plan.
 */
export async function carryOut(carrying: Carrying): Promise<ImportReport> {
  const { context, session, options } = carrying;
  const begin = beginWith(session, options);
  const outcome = await begin((tx) => within(tx, carrying)).catch((error) => {
    context.signal.throwIfAborted();
    throw explained(error);
  });
  if (outcome.refusal === null) return outcome.report;
  await db.update(dataImports).set({ report: outcome.report }).where(eq(dataImports.jobId, context.job.id));
  throw failed(outcome.refusal);
}

type Outcome = { report: ImportReport; refusal: Parameters<typeof failed>[0] | null };

async function within(session: Session, carrying: Carrying): Promise<Outcome> {
  const { context, options, schema, staged } = carrying;
  const { job } = context;
  context.step("compare");
  // What was told so far is of the file, or of the safety backup.
  context.report({ progress: null, bytesDone: 0, bytesPerSecond: null, rowsDone: 0 });
  const rules = rulesOf(options.importMode, options.conflictResolution);
  await holdTables(session, carrying);
  const report = await compare(session, { ...carrying, jobId: job.id, rules, all: options.validateFirst });
  const refusal = refusalOf(report) ?? (await changedSince(options.dryRunId, report.tables));
  // Nothing but the list of problems was written.
  if (refusal) return { report, refusal };
  context.step("apply");
  let tablesDone = -1;
  await applyPlan(session, {
    schema,
    merges: mergesOf({ ...carrying, rules }),
    plans: report.tables,
    triggers: options.triggers,
    onTable(currentTable) {
      tablesDone += 1;
      const progressPercentage = 75 + (24 * tablesDone) / Math.max(1, staged.tables.length);
      context.report({ currentTable, tablesDone, tablesTotal: staged.tables.length, progressPercentage });
    },
  });
  const applied = qualified(staged.stage, "applied");
  await session.unsafe(`create table if not exists ${applied} (job_id uuid primary key, report json not null)`);
  await session.unsafe(`insert into ${applied} values ($1, $2::text::json)`, [job.id, JSON.stringify(report)]);
  await passPointOfNoReturn(job);
  return { report, refusal: null };
}

/** Others may read meanwhile. In one order for all imports. */
async function holdTables(session: Session, { context, schema, staged }: Carrying): Promise<void> {
  const tables = staged.tables.map(({ table }) => qualified(schema.schema, table.name)).toSorted();
  if (tables.length === 0) return;
  await session.unsafe(`set local lock_timeout = '${jobsEnv().RESTORE_LOCK_WAIT_SECONDS}s'`);
  context.report({ currentStep: "Waiting until nobody else writes to its tables" });
  await session.unsafe(`lock table ${tables.join(", ")} in share row exclusive mode`);
  context.report({ currentStep: "Comparing with the project's rows" });
}

function refusalOf({ problemCount, groups }: ImportReport): Outcome["refusal"] {
  if (problemCount === 0) return null;
  const [first] = groups;
  const message =
    problemCount === 1
      ? `A problem stands in the way, so nothing was changed: ${first?.message}`
      : `${problemCount} problems stand in the way, so nothing was changed. The first: ${first?.message}`;
  const isConflict = groups.every(({ kind }) => kind === "key_exists");
  return isConflict
    ? { code: "import_conflict", message, hint: "Choose what becomes of rows that are there already." }
    : { code: "import_invalid", message, hint: "The list of problems says which rows of the file they are in." };
}

/** Says what is not as the dry run had it. */
async function changedSince(dryRunId: string | undefined, tables: TablePlan[]): Promise<Outcome["refusal"]> {
  if (dryRunId === undefined) return null;
  const [row] = await db
    .select({ report: dataImports.report })
    .from(dataImports)
    .where(eq(dataImports.jobId, dryRunId));
  const expected = importReport.safeParse(row?.report);
  if (!expected.success)
    return { code: "plan_changed", message: "The dry run is not known any more.", hint: "Run it again." };
  const differing = tables.find((now) => {
    const then = expected.data.tables.find(({ table }) => table === now.table);
    return then === undefined || actions.some((action) => then[action] !== now[action]);
  });
  if (!differing && tables.length === expected.data.tables.length) return null;
  const name = differing?.table ?? "";
  const then = expected.data.tables.find(({ table }) => table === name);
  return {
    code: "plan_changed",
    message: `The project's rows have changed since the dry run. In ${name} it would now be ${words(differing)}; the dry run had ${words(then)}. Nothing was changed.`,
    hint: "Run the dry run again.",
  };
}

const actions = ["insert", "update", "skip", "delete"] as const;
const words = (plan: TablePlan | undefined) =>
  plan
    ? `${plan.insert} to insert, ${plan.update} to update, ${plan.skip} to skip, ${plan.delete} to delete`
    : "nothing";

/** What PostgreSQL says of a row that no check had foreseen. */
function explained(error: unknown): unknown {
  if (!/^(22|23|P0|42P10|428C9|55000)/.test(codeOf(error) ?? "")) return error;
  return failed({
    code: "import_invalid",
    message: `PostgreSQL refused: ${messageOf(error)}. Nothing was changed.`,
    hint: "A trigger, an exclusion constraint or a computed column may stand in the way.",
  });
}

/** What this job has written already, as noted in the transaction that wrote it. */
export async function findApplied(session: postgres.Sql, fileId: string, jobId: string): Promise<ImportReport | null> {
  const stages = await session<{ name: string }[]>`
    select nspname as name from pg_namespace n join pg_class c on c.relnamespace = n.oid and c.relname = 'applied'
    where starts_with(nspname, ${stagePrefix(fileId)})`;
  for (const { name } of stages) {
    const [row] = await session.unsafe<{ report: unknown }[]>(
      `select report from ${qualified(name, "applied")} where job_id = $1`,
      [jobId],
    );
    if (row) return importReport.parse(row.report);
  }
  return null;
}
