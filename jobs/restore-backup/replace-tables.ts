import type postgres from "postgres";
import { codeOf, messageOf } from "@/db/errors";
import { failed } from "@/jobs/lifecycle/failure";
import { qualified, quoteIdent } from "@/jobs/postgres/identifier";
import {
  type Column,
  columnsOf,
  foreignKeysOf,
  type Lifted,
  requireSameColumns,
  sequencesOf,
  triggersOf,
  valueFor,
} from "@/jobs/restore-backup/live-table";
import { pointersInto } from "@/jobs/restore-backup/pointers";
import { lockPatience, type Swap } from "@/jobs/restore-backup/swap";

export type Replacement = Swap & { tables: string[] };

/**
 * Replaces the rows of some tables of the live schema by those of the schema beside it, in one transaction; what they held is
 * copied to the schema `kept`. Foreign keys are taken off meanwhile and checked anew, triggers stay silent, sequences never
 * go back. A table that the live schema lost comes back whole. Throws an error with the code 55P03 when somebody holds a
 * lock for too long: nothing has changed then.
 */
export function replaceTables(sql: postgres.Sql, replacement: Replacement): Promise<{ hasKept: boolean }> {
  const { live, beside, kept, tables, mayCommit } = replacement;
  return sql.begin(async (tx) => {
    await tx.unsafe(`set local lock_timeout = '${lockPatience}ms'; set local search_path = ''`);
    await tx.unsafe(`create schema ${quoteIdent(kept)}`);
    const present: string[] = [];
    for (const table of tables) {
      const [isLive, isBeside] = [await isThere(tx, live, table), await isThere(tx, beside, table)];
      if (isLive && isBeside) present.push(table);
      else if (isBeside) await move(tx, table, { from: beside, to: live });
      // An undo: the table had been gone, and came back by the restore.
      else if (isLive) await move(tx, table, { from: live, to: kept });
    }
    if (present.length > 0) {
      const names = present.map((table) => `only ${qualified(live, table)}`);
      await tx.unsafe(`lock table ${names.join(", ")} in access exclusive mode`);
      const [keys, triggers] = [await foreignKeysOf(tx, live, present), await triggersOf(tx, live, present)];
      for (const { off } of [...keys, ...triggers]) await tx.unsafe(off);
      for (const table of present) await replaceRows(tx, replacement, table);
      for (const key of keys) await putBack(tx, key);
      for (const { on } of triggers) await tx.unsafe(on);
    }
    await refuseLooseEnds(tx, beside);
    await mayCommit();
    return { hasKept: true };
  });
}

async function replaceRows(tx: postgres.TransactionSql, { live, beside, kept }: Replacement, table: string) {
  const [target, source] = [await columnsOf(tx, [live, beside], table), await columnsOf(tx, [beside, live], table)];
  if (!target || !source) throw new Error(`the table ${table} is not in both schemas`);
  requireSameColumns(table, source, target);
  const [there, here, aside] = [live, beside, kept].map((schema) => qualified(schema, table));
  await tx.unsafe(`create table ${aside} (like ${there}); insert into ${aside} ${selectAll(target, there ?? "")}`);
  await tx.unsafe(`truncate only ${there}`);
  const filled = target.filter(({ isGenerated }) => !isGenerated);
  const values = filled.flatMap((column) => {
    const from = source.find(({ name }) => name === column.name);
    return from ? [valueFor(from, column)] : [];
  });
  const names = filled.map(({ name }) => quoteIdent(name)).join(", ");
  if (filled.length === 0) await tx.unsafe(`insert into ${there} select from only ${here}`);
  else
    await tx.unsafe(
      `insert into ${there} (${names}) overriding system value select ${values.join(", ")} from only ${here}`,
    );
  for (const sequence of await sequencesOf(tx, live, table)) await moveOn(tx, { live, beside }, sequence);
}

const selectAll = (columns: Column[], from: string) =>
  `select ${columns.map(({ name }) => quoteIdent(name)).join(", ")} from only ${from}`;

/** To the later of the two: numbers that were given out meanwhile are not given out again. */
async function moveOn(tx: postgres.TransactionSql, { live, beside }: Pick<Swap, "live" | "beside">, sequence: string) {
  const [there, here] = [qualified(live, sequence), qualified(beside, sequence)];
  const [known] = await tx<{ found: boolean }[]>`select to_regclass(${here}) is not null as found`;
  // What an undo brings back is a table without its sequences.
  if (!known?.found) return;
  await tx.unsafe(`
    select setval('${there.replaceAll("'", "''")}', greatest(l.last_value, b.last_value), l.is_called or b.is_called)
    from ${there} l, ${here} b where b.is_called`);
}

const isThere = async (tx: postgres.TransactionSql, schema: string, table: string) =>
  (await columnsOf(tx, [schema], table)) !== null;

/** A table moves with its indexes, constraints and own sequences. */
const move = (tx: postgres.TransactionSql, table: string, { from, to }: { from: string; to: string }) =>
  tx.unsafe(`alter table ${qualified(from, table)} set schema ${quoteIdent(to)}`);

async function refuseLooseEnds(tx: postgres.TransactionSql, beside: string) {
  const pointers = await pointersInto(tx, beside);
  if (pointers.length === 0) return;
  throw failed({
    code: "restore_refused",
    message: `A table that is gone cannot come back alone, because it needs more of its schema: ${pointers.map(({ what }) => what).join(", ")}.`,
    hint: "Nothing was changed. Restore the whole schema, or clone the backup and take from there what you need.",
  });
}

async function putBack(tx: postgres.TransactionSql, { what, on }: Lifted) {
  try {
    await tx.unsafe(on);
  } catch (error) {
    if (codeOf(error) === "55P03") throw error;
    throw failed({
      code: "restore_refused",
      message: `The ${what} does not hold any more with the rows of the backup: ${messageOf(error)}.`,
      hint: "Nothing was changed. Restore the tables that belong together in one go.",
    });
  }
}
