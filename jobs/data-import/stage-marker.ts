import type { FileNature } from "@/jobs/data-file/recognise";
import type { TargetSchema } from "@/jobs/data-import/catalog";
import type { Session } from "@/jobs/data-import/session";
import type { Staged } from "@/jobs/data-import/stage";
import type { StagedTable } from "@/jobs/data-import/stage-tables";
import { qualified } from "@/jobs/postgres/identifier";

/** What is kept of a staged table; what its own table in the project looks like is read anew. */
type Kept = {
  source: string | null;
  n: number;
  rows: number;
  lacking: string[];
  table: string;
  given: { field: string; column: string; c: string }[];
  key: string[];
};

/** Notes, in the transaction that has staged, that everything is there. A server that crashes empties this table with all that it speaks of. */
export async function remember(session: Session, { stage, nature, tables, warnings }: Staged): Promise<void> {
  const kept = tables.map(
    ({ table, given, key, ...rest }): Kept => ({
      ...rest,
      table: table.name,
      given: given.map(({ field, column, c }) => ({ field, column: column.name, c })),
      key: key.map(({ c }) => c),
    }),
  );
  const marker = qualified(stage, "staged");
  await session.unsafe(`create unlogged table ${marker} (staged text)`);
  await session.unsafe(`insert into ${marker} values ($1)`, [JSON.stringify({ nature, warnings, tables: kept })]);
}

/** What was staged before in the same way, if it is there as a whole. */
export async function recall(session: Session, stage: string, schema: TargetSchema): Promise<Staged | null> {
  const marker = qualified(stage, "staged");
  const [there] = await session`select to_regclass(${marker}) is not null as "isThere"`;
  if (!there?.isThere) return null;
  const [row] = await session.unsafe<{ staged: string }[]>(`select staged from ${marker}`);
  if (!row) return null;
  const { nature, warnings, tables }: { nature: FileNature; warnings: string[]; tables: Kept[] } = JSON.parse(
    row.staged,
  );
  const staged = tables.flatMap((kept) => restored(kept, schema) ?? []);
  return staged.length === tables.length ? { stage, nature, warnings, tables: staged } : null;
}

function restored({ table: name, given: kept, key, ...rest }: Kept, schema: TargetSchema): StagedTable | null {
  const table = schema.tables.find((one) => one.name === name);
  if (!table) return null;
  const given = kept.flatMap(({ column: called, ...one }) => {
    const column = table.columns.find((one) => one.name === called);
    return column ? [{ ...one, column }] : [];
  });
  if (given.length !== kept.length) return null;
  return { ...rest, table, given, key: key.flatMap((c) => given.find((one) => one.c === c) ?? []) };
}
