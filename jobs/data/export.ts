import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type postgres from "postgres";
import { ZipFile } from "yazl";
import { AppError } from "@/db/errors";
import { csvFile, jsonDocument, jsonLines, type Wanted } from "@/jobs/data/document";
import type { DataExportOptions } from "@/jobs/data/options";
import { collectRows } from "@/jobs/data/related";
import { plainSettings } from "@/jobs/data/rows";
import { selectOf } from "@/jobs/data/select";
import { type DataSchema, readDataSchema } from "@/jobs/data/tables";

export type ExportedProject = { slug: string; name: string; schema: string };

export type DataExport = {
  filename: string;
  contentType: string;
  tables: string[];
  /** Counts the rows of each table, in the export's own snapshot. */
  counts(): Promise<Record<string, number>>;
  /** The file. Each piece is good until the next is asked for. `onTable` hears of each table as it is begun. */
  pieces(onTable?: (table: string) => void): AsyncIterable<Buffer>;
};

type Exporting = { project: ExportedProject; options: DataExportOptions; now: Date };

/**
 * Opens an export of rows for as long as `use` takes: one snapshot of all tables. Throws TABLE_NOT_FOUND, ROW_NOT_FOUND and
 * VALIDATION_ERROR for what cannot be exported.
 */
export function withDataExport<T>(
  session: postgres.Sql,
  { project, options, now }: Exporting,
  use: (opened: DataExport) => Promise<T>,
): Promise<T> {
  return session.begin("isolation level repeatable read", async (tx) => {
    await tx.unsafe(plainSettings);
    const known = await readDataSchema(tx, project.schema);
    const wanted = await choose(tx, { schema: project.schema, known, options });
    return use(opened(tx, { project, options, now, wanted }));
  }) as Promise<T>;
}

type Choosing = { schema: string; known: DataSchema; options: DataExportOptions };

async function choose(tx: postgres.TransactionSql, { schema, known, options }: Choosing): Promise<Wanted[]> {
  const { tableName, ids, includeRelated, filters, limit, offset, includeTables, excludeTables = [] } = options;
  if (ids !== undefined && tableName !== undefined)
    return collectRows(tx, { schema, known, table: tableName, ids, includeRelated });
  const named = tableName === undefined ? includeTables : [tableName];
  for (const name of [...(named ?? []), ...excludeTables])
    if (!known.tables.some((table) => table.name === name))
      throw new AppError("TABLE_NOT_FOUND", `There is no table ${name} in this project.`);
  const isWanted = (name: string) => (named === undefined || named.includes(name)) && !excludeTables.includes(name);
  const selection = tableName === undefined ? undefined : { filters, limit, offset };
  // A line of CSV needs a column.
  const isWritable = ({ columns }: Wanted["table"]) => options.format !== "csv" || columns.length > 0;
  const wanted = known.tables.flatMap((table) =>
    isWanted(table.name) && isWritable(table) ? [{ table, selection }] : [],
  );
  // Bad filters are told before the first byte.
  for (const { table, selection } of wanted) selectOf(schema, table, selection);
  return wanted;
}

type Opening = Exporting & { wanted: Wanted[] };

function opened(tx: postgres.TransactionSql, opening: Opening): DataExport {
  const { options, wanted } = opening;
  const isZip = options.format === "csv" && wanted.length !== 1;
  const isGzipped = options.compress && !isZip;
  let counted: Promise<Record<string, number>> | undefined;
  const counts = () => (counted ??= countRows(tx, opening));
  return {
    filename: `${stemOf(opening)}.${isZip ? "zip" : options.format}${isGzipped ? ".gz" : ""}`,
    contentType: isGzipped ? "application/gzip" : isZip ? "application/zip" : contentTypes[options.format],
    tables: wanted.map(({ table }) => table.name),
    counts,
    pieces(onTable = () => {}) {
      const rows = isZip ? zipped(tx, opening, onTable) : written(tx, { ...opening, onTable, counts });
      return isGzipped ? gzipped(rows) : rows;
    },
  };
}

const contentTypes = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8; header=present",
};

/** `acme_2026-01-29T153007Z`, with the table's name between where it is one. */
function stemOf({ project, options: { tableName }, now }: Opening): string {
  const time = `${now.toISOString().slice(0, 19).replaceAll(":", "")}Z`;
  return [project.slug, tableName?.replace(/[^\p{L}\p{N}_-]/gu, "_"), time].filter(Boolean).join("_");
}

async function countRows(tx: postgres.TransactionSql, { project, wanted }: Opening): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { table, selection } of wanted) {
    const [row] = await tx.unsafe<{ n: number }[]>(
      `select count(*)::float8 as n from (${selectOf(project.schema, table, selection)}) t`,
    );
    counts[table.name] = row?.n ?? 0;
  }
  return counts;
}

type Writing = Opening & { onTable(table: string): void; counts: DataExport["counts"] };

async function* written(tx: postgres.TransactionSql, writing: Writing): AsyncGenerator<Buffer> {
  const { project, options, wanted, onTable } = writing;
  const { schema } = project;
  const { format, pretty } = options;
  const [first] = wanted;
  if (format === "csv" && first) {
    onTable(first.table.name);
    yield* csvFile(tx, { schema, wanted: first, delimiter: options.csvDelimiter, guards: options.guardFormulas });
  } else if (format === "ndjson") yield* jsonLines(tx, { schema, tables: wanted, onTable });
  else {
    const metadata = options.includeMetadata ? await metadataOf(tx, writing) : undefined;
    yield* jsonDocument(tx, { schema, tables: wanted, pretty, metadata, onTable });
  }
}

/** What somebody needs to know who has only the file. */
async function metadataOf(tx: postgres.TransactionSql, { project, wanted, now, counts }: Writing) {
  const [server] = await tx<{ version: string }[]>`select current_setting('server_version') as version`;
  const rows = await counts();
  return {
    format: "coffer-rows",
    version: 1,
    project: project.slug,
    name: project.name,
    schema: project.schema,
    exportedAt: now.toISOString(),
    postgresql: server?.version,
    tables: wanted.map(({ table: { name, columns } }) => ({
      name,
      rows: rows[name],
      columns: columns.map(({ name, type }) => ({ name, type })),
    })),
  };
}

/** One file a table. Each is read when its turn has come: a session copies one table at a time. */
async function* zipped(
  tx: postgres.TransactionSql,
  { project, options, wanted }: Opening,
  onTable: (table: string) => void,
) {
  const zip = new ZipFile();
  const failing = Promise.withResolvers<never>();
  failing.promise.catch(() => {});
  zip.on("error", failing.reject);
  for (const one of wanted) {
    const { name } = one.table;
    zip.addReadStreamLazy(entryName(name), { compressionLevel: 1 }, (give) => {
      onTable(name);
      const rows = csvFile(tx, {
        schema: project.schema,
        wanted: one,
        delimiter: options.csvDelimiter,
        guards: options.guardFormulas,
      });
      // A stream's pieces wait for their turn, while those of a COPY are good for a moment only.
      give(null, Readable.from(copied(rows)).on("error", failing.reject));
    });
  }
  zip.end();
  const output: AsyncIterator<Buffer> = zip.outputStream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const next = await Promise.race([output.next(), failing.promise]);
    if (next.done) return;
    yield next.value;
  }
}

async function* copied(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

/** A name that every unzip takes. Slashes would be folders. */
const entryName = (table: string) => `${table.replaceAll(/[/\\\p{Cc}]/gu, "_")}.csv`;

async function* gzipped(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(copied(pieces));
  const gzip = createGzip({ level: 1, chunkSize: 256 * 1024 });
  source.on("error", (error) => gzip.destroy(error));
  source.pipe(gzip);
  try {
    yield* gzip as AsyncIterable<Buffer>;
  } finally {
    source.destroy();
  }
}
