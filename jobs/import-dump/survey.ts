import { readScript } from "@/jobs/archive/script";
import { judge } from "@/jobs/import-dump/judge";
import { refused } from "@/jobs/import-dump/refusal";

/** The longest statement that is taken: a row of an INSERT may be large. */
export const mostStatementBytes = 64 * 1024 * 1024;

export type Survey = {
  /** The one schema that the dump is of. */
  schema: string;
  /** Tables with rows, and the rows that come by COPY. */
  tables: number;
  rows: number;
};

/** Reads a stranger's script to its end before any of it is run, and judges every piece. Fails for a dump that is not of exactly one schema. */
export async function survey(script: AsyncIterable<Buffer>, choice: { allowFunctions: boolean }): Promise<Survey> {
  const schemas = new Set<string>();
  let tables = 0;
  let rows = 0;
  for await (const piece of readScript(script, mostStatementBytes)) {
    const { schema } = judge(piece, choice);
    if (schema !== undefined) schemas.add(schema);
    if (piece.kind !== "copy") continue;
    tables++;
    for await (const data of checkedRows(piece.data)) rows += linesIn(data);
  }
  const [schema, ...more] = schemas;
  if (schema === undefined) throw refused("This dump holds nothing that belongs to a schema.");
  if (more.length > 0) {
    const some = [...schemas].slice(0, 5).join(", ");
    const hint = "Nothing was changed. Dump one of them with pg_dump --schema.";
    throw refused(`This dump holds more than one schema: ${some}${schemas.size > 5 ? ", …" : ""}.`, hint);
  }
  if (/^pg_|^information_schema$/.test(schema))
    throw refused(`This dump is of ${schema}, which PostgreSQL keeps for itself.`);
  return { schema, tables, rows };
}

const endMark = Buffer.from("\n\\.");

/**
 * Rows as they pass. Fails for a line that begins like COPY's end mark: psql takes it for the end in more forms than we do,
 * and would run what comes next.
 */
export async function* checkedRows(data: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let before: Buffer = Buffer.from("\n");
  for await (const chunk of data) {
    const edge = Buffer.concat([before, chunk.subarray(0, 2)]);
    if (edge.includes(endMark) || chunk.includes(endMark))
      throw refused("This dump holds rows that hide an end of rows.");
    before = Buffer.from(edge.length < 4 && chunk.length < 2 ? edge.subarray(-2) : chunk.subarray(-2));
    yield chunk;
  }
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}
