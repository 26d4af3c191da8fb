import { createHash } from "node:crypto";
import type postgres from "postgres";
import type { Connection, RowDifference } from "@/db/schema";
import { fieldValue } from "@/jobs/browse/copy-text";
import { psqlFailure } from "@/jobs/compare-backups/psql";
import type { Rows } from "@/jobs/compare-backups/side";
import { toolConnection } from "@/jobs/postgres/connection";
import { feed, spawnTool } from "@/jobs/postgres/spawn";

/** How many of the rows that differ are kept. */
const kept = 100;
/** The most of one value that is kept of a row without a key. */
const characters = 200;

export type Scratch = {
  connection: Connection;
  session: postgres.Sql;
  application: string;
  psql: string;
  signal: AbortSignal;
  onBytes(bytes: number): void;
};

/**
 * Compares the rows of one table. PostgreSQL does the sorting: of each row its key and a hash go into a scratch database,
 * which needs no types, functions or tables of the tenant for that. Memory is that of the longest row.
 */
export async function compareRows(
  sides: { before: Rows | null; after: Rows | null },
  { table, key }: { table: string; key: string[] },
  scratch: Scratch,
): Promise<RowDifference> {
  const { session } = scratch;
  const [before, after] = [sides.before?.columns ?? [], sides.after?.columns ?? []];
  const columns = sides.before && sides.after ? before.filter((name) => after.includes(name)) : [...before, ...after];
  const usable = key.length > 0 && key.every((name) => columns.includes(name)) ? key : [];
  await session`drop table if exists rows`;
  await session`create unlogged table rows (side int not null, key text collate "C" not null, hash text not null)`;
  if (sides.before) await load(linesFor(0, sides.before, { columns, key: usable }), scratch);
  if (sides.after) await load(linesFor(1, sides.after, { columns, key: usable }), scratch);
  return { table, key: usable, columns, ...(await outcome(session, usable.length > 0)) };
}

/** Each row as a line of COPY: its side, its key as JSON, the hash of its values. */
async function* linesFor(side: 0 | 1, { columns, lines }: Rows, common: { columns: string[]; key: string[] }) {
  const places = common.columns.map((name) => columns.indexOf(name));
  const keyPlaces = common.key.map((name) => columns.indexOf(name));
  for await (const some of lines) {
    const out = some.map((line) => {
      const fields = columns.length === 0 ? [] : line.split("\t");
      const hash = createHash("sha256");
      const picked = places.map((place) => fields[place] ?? "");
      hash.update(picked.join("\t"));
      const digest = hash.digest("base64");
      const key =
        keyPlaces.length > 0
          ? keyPlaces.map((place) => fieldValue(fields[place] ?? ""))
          : [digest, ...picked.map((field) => fieldValue(field)?.slice(0, characters) ?? null)];
      return `${side}\t${JSON.stringify(key).replaceAll("\\", "\\\\")}\t${digest}\n`;
    });
    yield Buffer.from(out.join(""));
  }
}

async function load(source: AsyncIterable<Buffer>, { connection, application, psql, signal, onBytes }: Scratch) {
  const args = [
    "-X",
    "-q",
    "-v",
    "ON_ERROR_STOP=1",
    "-c",
    "set client_encoding = 'UTF8'",
    "-c",
    "copy rows from stdin",
  ];
  const tool = spawnTool(psql, { ...toolConnection(connection, application), args, stdin: "pipe", signal });
  async function* counted() {
    for await (const chunk of source) {
      signal.throwIfAborted();
      onBytes(chunk.length);
      yield chunk;
    }
  }
  tool.stdout?.resume();
  const ending = await feed(counted(), tool);
  signal.throwIfAborted();
  if (ending.code !== 0) throw psqlFailure(ending);
}

type Outcome = Pick<RowDifference, "added" | "removed" | "changed" | "same" | "first">;

/** A key that is there several times on a side, as without a primary key, counts as often. */
async function outcome(session: postgres.Sql, hasKey: boolean): Promise<Outcome> {
  await session`create unlogged table verdicts as
    select key, count(*) filter (where side = 0) as before, count(*) filter (where side = 1) as after,
      min(hash) filter (where side = 0) is distinct from min(hash) filter (where side = 1) as differs
    from rows group by key`;
  const [counts] = await session<Omit<Outcome, "first">[]>`
    select coalesce(sum(greatest(after - before, 0)), 0)::float8 as added,
      coalesce(sum(greatest(before - after, 0)), 0)::float8 as removed,
      coalesce(sum(least(before, after)) filter (where differs), 0)::float8 as changed,
      coalesce(sum(least(before, after)) filter (where not differs), 0)::float8 as same from verdicts`;
  const first = await session<{ key: string; verdict: "added" | "removed" | "changed" }[]>`
    select key, case when after > before then 'added' when before > after then 'removed' else 'changed' end as verdict
    from verdicts where before <> after or differs order by key limit ${kept}`;
  await session`drop table rows, verdicts`;
  if (!counts) throw new Error("no counts");
  return { ...counts, first: first.map(({ key, verdict }) => ({ key: valuesIn(key, hasKey), verdict })) };
}

/** Without a key the hash comes first: it keeps rows apart that begin alike. */
function valuesIn(key: string, hasKey: boolean): (string | null)[] {
  const values: (string | null)[] = JSON.parse(key);
  return hasKey ? values : values.slice(1);
}
