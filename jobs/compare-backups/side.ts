import type { StoredDump } from "@/jobs/archive/dump-script";
import { decoderOf } from "@/jobs/archive/encoding";
import { linesOf } from "@/jobs/browse/copy-text";
import type { Definitions } from "@/jobs/browse/definitions";
import { openTable } from "@/jobs/browse/dump";
import { ident, nameParts, splitList } from "@/jobs/browse/sql-text";
import { psqlFailure } from "@/jobs/compare-backups/psql";
import type { Subject } from "@/jobs/lifecycle/subject";
import { toolConnection } from "@/jobs/postgres/connection";
import { qualified, quoteIdent } from "@/jobs/postgres/identifier";
import { spawnTool, type Tool } from "@/jobs/postgres/spawn";

/** The rows of one table on one side, as lines of COPY's text format. */
export type Rows = AsyncDisposable & { columns: string[]; lines: AsyncIterable<string[]> };

/** Null when the side has no rows of such a table. */
export type OpenRows = (table: string) => Promise<Rows | null>;

/** Out of a backup's file. */
export function backupRows(dump: StoredDump, definitions: Definitions): OpenRows {
  return async (name) => {
    const table = await openTable(dump, name, definitions);
    if (!table) return null;
    return {
      columns: table.columns.map((column) => column.name),
      lines: linesOf(table.copy.data, table.copy.decode),
      [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
    };
  };
}

type Live = Pick<Subject, "connection" | "schema"> & {
  columns: Map<string, string[]>;
  application: string;
  psql: string;
  signal: AbortSignal;
};

/** pg_dump writes values so that they say all there is: rows of the live schema are read the same way. */
const asDumped =
  "set datestyle = iso; set intervalstyle = postgres; set extra_float_digits = 3; set client_encoding = 'UTF8'";

/** Out of the live schema. `columns` are those of each table, generated ones left out. */
export function liveRows({ connection, schema, columns, application, psql, signal }: Live): OpenRows {
  return async (name) => {
    const names = columns.get(name);
    if (!names) return null;
    const copy = `copy (select ${names.map(quoteIdent).join(", ")} from only ${qualified(schema, name)}) to stdout`;
    const args = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", asDumped, "-c", copy];
    let tool: Tool | undefined;
    // Not before somebody reads: Node throws away what a program has written by its end and nobody wanted.
    async function* bytes() {
      tool = spawnTool(psql, { ...toolConnection(connection, application), args, signal });
      yield* tool.stdout ?? [];
      const ending = await tool.ended;
      signal.throwIfAborted();
      if (ending.code !== 0) throw psqlFailure(ending);
    }
    return {
      columns: names,
      lines: linesOf(bytes(), decoderOf("UTF8")),
      async [Symbol.asyncDispose]() {
        await tool?.end();
      },
    };
  };
}

const primaryKey = new RegExp(`ADD CONSTRAINT ${ident} PRIMARY KEY (\\([\\s\\S]*)$`);

/** The columns of a table's primary key; none when there is no key. */
export function keyOf({ objects }: Pick<Definitions, "objects">, table: string): string[] {
  const object = objects.find(({ name, kind }) => name === table && kind === "table");
  for (const statement of object?.statements ?? []) {
    const list = primaryKey.exec(statement)?.[1];
    if (list) return splitList(list, 0).items.flatMap((column) => nameParts(column).slice(0, 1));
  }
  return [];
}
