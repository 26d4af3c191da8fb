import type { TargetSchema } from "@/jobs/data-import/catalog";
import type { Problem, ProblemKind } from "@/jobs/data-import/report";
import type { Merge } from "@/jobs/data-import/row-sql";
import type { Session } from "@/jobs/data-import/session";
import { qualified, quoteLiteral } from "@/jobs/postgres/identifier";

/** Of what PostgreSQL says and of the values it says it about, as much as anybody reads. */
export const shortened = (sql: string) => `left(${sql}, 200)`;

export async function makeProblems(session: Session, stage: string, table: string): Promise<void> {
  await session.unsafe(`drop table if exists ${qualified(stage, table)}; create unlogged table ${qualified(stage, table)} (
    n bigint generated always as identity, kind text not null, "table" text, row bigint, line bigint, field text, value text, message text not null)`);
}

/** Notes problems that were found without asking PostgreSQL. */
export async function addProblems(
  session: Session,
  { stage, table, problems }: { stage: string; table: string; problems: readonly Problem[] },
): Promise<void> {
  if (problems.length === 0) return;
  await session.unsafe(
    `insert into ${qualified(stage, table)} (kind, "table", row, line, field, value, message)
     select kind, "table", row, line, field, ${shortened("value")}, message from json_to_recordset($1::text::json)
       as p(kind text, "table" text, row bigint, line bigint, field text, value text, message text)`,
    // A character that PostgreSQL cannot store must not hide the problem that it is.
    [JSON.stringify(problems).replaceAll("\\u0000", "\\ufffd")],
  );
}

export type Checking = {
  schema: TargetSchema;
  merges: Merge[];
  /** Where what is found is noted, with its schema. */
  problems: string;
  /** Look for everything. Without it, only for what the rules of the import themselves refuse. */
  all: boolean;
};

/** What is the same for all rows that a statement notes. */
export type Found = { kind: ProblemKind; table: string; field?: string | null; message: string };

/** Notes rows as problems: `row` is the column that says which of the file each is, `value` what it has there. */
export async function noteRows(
  session: Session,
  problems: string,
  found: Found & { rows: string; row?: string; value?: string },
): Promise<void> {
  const { kind, table, field = null, message, rows, row = "row", value } = found;
  const columns = [kind, table].map(quoteLiteral).join(", ");
  await session.unsafe(
    `insert into ${problems} (kind, "table", field, message, row, value) select ${columns}, ${field === null ? "null" : quoteLiteral(field)},
      ${quoteLiteral(message)}, ${row}, ${value ? shortened(value) : "null"} from ${rows} order by ${row}`,
  );
}
