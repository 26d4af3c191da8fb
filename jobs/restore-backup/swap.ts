import type postgres from "postgres";
import { codeOf, messageOf } from "@/db/errors";
import { failed } from "@/jobs/lifecycle/failure";
import { qualified, quoteIdent } from "@/jobs/postgres/identifier";
import { pointersInto } from "@/jobs/restore-backup/pointers";

export type Swap = {
  /** The name that everybody knows. */
  live: string;
  /** What takes it. */
  beside: string;
  /** What the schema that has it now is called afterwards. */
  kept: string;
  /** Asked last of all, with the locks held: throws when it must not be. */
  mayCommit(): Promise<void>;
};

/** In ms: as long as everybody else may have to queue behind us. */
export const lockPatience = 3_000;

/**
 * Gives the name of the live schema to the one beside it, in one transaction. Every table of the live schema is locked first, so that
 * nobody writes to it any more; what points into it from outside is made to point to the new one. Gives whether there was
 * a live schema to keep. Throws an error with the code 55P03 when somebody holds a lock for too long: nothing has changed then.
 */
export function swapSchemas(sql: postgres.Sql, { live, beside, kept, mayCommit }: Swap): Promise<{ hasKept: boolean }> {
  return sql.begin(async (tx) => {
    await tx.unsafe(`set local lock_timeout = '${lockPatience}ms'`);
    const [there] = await tx`select from pg_namespace where nspname = ${live}`;
    if (!there) {
      await rename(tx, beside, live);
      await mayCommit();
      return { hasKept: false };
    }
    await lockTables(tx, live);
    const pointers = await pointersInto(tx, live);
    const stuck = pointers.find(({ after }) => after === null);
    if (stuck) throw pointedTo([stuck.what]);
    for (const { before } of pointers) if (before !== null) await tx.unsafe(before);
    await rename(tx, live, kept);
    await rename(tx, beside, live);
    for (const { what, after } of pointers) if (after !== null) await pointAnew(tx, what, after);
    await mayCommit();
    return { hasKept: true };
  });
}

/** What cannot be carried over to another schema stands in the way of a restore. */
export const pointedTo = (what: string[]) =>
  failed({
    code: "restore_refused",
    message: `The schema cannot be replaced, because others outside of it need it as it is: ${what.join(", ")}.`,
    hint: "Remove those, restore, and make them again. Or clone the backup and take from there what you need.",
  });

const rename = (tx: postgres.TransactionSql, from: string, to: string) =>
  tx.unsafe(`alter schema ${quoteIdent(from)} rename to ${quoteIdent(to)}`);

async function pointAnew(tx: postgres.TransactionSql, what: string, statement: string) {
  try {
    await tx.unsafe(statement);
  } catch (error) {
    if (codeOf(error) === "55P03") throw error;
    throw failed({
      code: "restore_refused",
      message: `The ${what}, which is outside of the schema, does not fit what the backup holds: ${messageOf(error)}.`,
      hint: "The live schema is as it was. Change what is outside so that it fits, or restore another backup.",
    });
  }
}

const lockBatch = 200;

/**
 * Each locked table takes a place in the server's lock table, which all sessions share: no more than half of it. Of more tables than
 * that, the first ones are locked; whoever writes to another one at this very moment writes to the schema that is kept.
 */
async function lockTables(tx: postgres.TransactionSql, schema: string): Promise<void> {
  const tables = await tx<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind in ('r', 'p') order by pg_relation_size(c.oid) desc, c.oid
    limit current_setting('max_locks_per_transaction')::int * current_setting('max_connections')::int / 2`;
  for (let i = 0; i < tables.length; i += lockBatch) {
    const names = tables.slice(i, i + lockBatch).map(({ name }) => `only ${qualified(schema, name)}`);
    await tx.unsafe(`lock table ${names.join(", ")} in access exclusive mode`);
  }
}
