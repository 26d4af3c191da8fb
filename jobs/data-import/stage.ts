import { codeOf } from "@/db/errors";
import { type ReadOptions, readSources } from "@/jobs/data-file/read";
import type { FileNature } from "@/jobs/data-file/recognise";
import type { TargetSchema } from "@/jobs/data-import/catalog";
import { stageSchema } from "@/jobs/data-import/names";
import type { Reading } from "@/jobs/data-import/options";
import { addProblems, makeProblems } from "@/jobs/data-import/problems";
import { isDataError, type Session } from "@/jobs/data-import/session";
import { copyCarefully, fillCarefully } from "@/jobs/data-import/stage-careful";
import { copyFast, fillFast } from "@/jobs/data-import/stage-fast";
import { recall, remember } from "@/jobs/data-import/stage-marker";
import { openSources, type StagedTable } from "@/jobs/data-import/stage-tables";
import { quoteIdent } from "@/jobs/postgres/identifier";

export type Staging = {
  file: ReadOptions;
  reading: Reading;
  schema: TargetSchema;
};

/** The rows of a file, each with its place in it, in tables of the project's database whose columns are typed like those they go to. */
export type Staged = { stage: string; nature: FileNature; tables: StagedTable[]; warnings: string[] };

/**
 * Brings the rows of a file into the project's database, beside everything that is there, all or nothing; what was staged in the
 * same way before is used again. PostgreSQL's COPY reads the values. When it stumbles over one, all are read again one by one, and the
 * problems of each are noted. `begin` makes a transaction. Throws IMPORT_INVALID for a file that cannot be read to its end.
 */
export async function stageFile(begin: Begin, staging: Staging): Promise<Staged> {
  try {
    return await begin((session) => stageIn(session, staging, "fast"));
  } catch (error) {
    staging.file.signal.throwIfAborted();
    if (!isDataError(codeOf(error))) throw error;
    return begin((session) => stageIn(session, staging, "careful"));
  }
}

export type Begin = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

async function stageIn(session: Session, staging: Staging, way: "fast" | "careful"): Promise<Staged> {
  const { file, reading, schema } = staging;
  const stage = stageSchema(reading.fileId, wayOf(staging));
  await session`select pg_advisory_xact_lock(hashtextextended(${stage}, 0))`;
  const earlier = await recall(session, stage, schema);
  if (earlier) return earlier;
  await session.unsafe(`drop schema if exists ${quoteIdent(stage)} cascade; create schema ${quoteIdent(stage)}`);
  await makeProblems(session, stage, "problems");
  const sources = openSources({ schema, wanted: reading });
  for await (const source of readSources(file))
    await (way === "fast" ? copyFast : copyCarefully)(session, { stage, sources, source });
  const { tables, problems, warnings } = sources.end();
  await addProblems(session, { stage, table: "problems", problems });
  // What a plan needs to know is roughly how many rows there are, and how many different keys.
  await session.unsafe("set local default_statistics_target = 10");
  for (const table of tables) {
    table.rows = await (way === "fast" ? fillFast : fillCarefully)(session, { stage, table });
    await session.unsafe(`analyze ${quoteIdent(stage)}.t${table.n}`);
  }
  const staged = { stage, nature: file.nature, tables, warnings };
  await remember(session, staged);
  return staged;
}

/** All that decides what comes to stand in the staging tables. */
const wayOf = ({ file: { nature }, reading, schema }: Staging) => {
  const { dateOrder, table, mapping } = reading;
  const tables = schema.tables.map(({ rowEstimate: _, description: __, ...rest }) => rest);
  return { nature, dateOrder, table, mapping, tables, foreignKeys: schema.foreignKeys };
};
