import type postgres from "postgres";
import { AppError, codeOf, messageOf } from "@/db/errors";
import { choose, tablesFor } from "@/jobs/data/choose";
import { countRows } from "@/jobs/data/count";
import { csvFile, jsonDocument, jsonLines, type Wanted } from "@/jobs/data/document";
import { exportFilename, exportType, zippedName } from "@/jobs/data/filename";
import { metadataOf, totalOf } from "@/jobs/data/metadata";
import type { Wish } from "@/jobs/data/options";
import { gzipped, zipped } from "@/jobs/data/pack";
import { plainSettings } from "@/jobs/data/rows";
import { sourceOf } from "@/jobs/data/select";
import { inOwnSession, type OwnSession } from "@/jobs/data/session";
import { type DataSchema, readDataSchema } from "@/jobs/data/tables";
import type { Subject } from "@/jobs/lifecycle/subject";

/** Rows of one moment, ready to be read. */
export type OpenExport = {
  filename: string;
  contentType: string;
  /** Whether the bytes are packed: a gzip or a zip. */
  compressed: boolean;
  /** The moment. */
  at: Date;
  recordCount: number;
  tableCounts: Record<string, number>;
  /** The file's bytes, once. `onTable` hears of each table before its rows. */
  pieces(onTable?: (name: string) => void): AsyncIterable<Buffer>;
};

export type Opening = {
  subject: Subject;
  wish: Wish;
  /** Who we are in pg_stat_activity, for this export alone. */
  application: string;
  /** Ends the export, and what the server does for it. */
  signal: AbortSignal;
  lockWaitSeconds: number;
  /** Without it the counts are 0, and nothing is read: enough to say what the file is called. */
  counts?: boolean;
};

/**
 * Opens an export, all of whose tables are of one snapshot, for as long as `use` takes. Whatever stands in the way is thrown
 * before there are bytes, as far as it can be known then; row security never hides rows, it is an error. Who stops reading
 * before the end ends the server's work, too.
 */
export function withExport<T>(opening: Opening, use: (opened: OpenExport) => Promise<T>): Promise<T> {
  const { subject, wish, application, signal, lockWaitSeconds } = opening;
  const mode = `isolation level repeatable read, read ${wish.what === "rows" ? "write" : "only"}`;
  return inOwnSession(
    { connection: subject.connection, application, signal, mode },
    {
      before: (session) => readDataSchema(session, subject.schema),
      async within(own, before) {
        const { tx } = own;
        await tx.unsafe(plainSettings);
        await tx.unsafe(`set local lock_timeout = ${lockWaitSeconds * 1000}`);
        await lockTables(tx, { schema: subject.schema, wish, known: before });
        return use(await open(own, opening));
      },
    },
  );
}

const lockBatch = 500;

/**
 * The first statement that reads takes the snapshot, and locking takes none: a TRUNCATE that came in between would show an
 * older snapshot an empty table.
 */
async function lockTables(
  tx: postgres.TransactionSql,
  { schema, wish, known }: { schema: string; wish: Wish; known: DataSchema },
) {
  const tables = tablesFor(known, wish);
  for (let i = 0; i < tables.length; i += lockBatch) {
    const names = tables.slice(i, i + lockBatch).map((table) => sourceOf(schema, table));
    await tx.unsafe(`lock table ${names.join(", ")} in access share mode`);
  }
}

async function open(own: OwnSession, { subject, wish, counts: isCounted = true }: Opening): Promise<OpenExport> {
  const { tx } = own;
  const { schema } = subject;
  const [moment] = await tx<{ at: string; version: string }[]>`
    select extract(epoch from now())::float8 * 1000 as at, current_setting('server_version') as version`;
  if (!moment) throw new Error("a server without a time");
  const at = new Date(Number(moment.at));
  const known = await readDataSchema(tx, schema);
  const tables = await choose(tx, wish, { schema, known }).catch(asCallersMistake);
  const counts = isCounted ? await countRows(tx, { schema, tables }).catch(asCallersMistake) : {};
  const isZip = wish.format === "csv" && tables.length !== 1;
  const facts = { subject, at, postgresqlVersion: moment.version, tables, counts, foreignKeys: known.foreignKeys };
  const content = { wish, schema, tables, at, metadata: wish.includeMetadata ? metadataOf(facts) : undefined };
  return {
    filename: exportFilename(subject.slug, wish, { at, isZip }),
    contentType: exportType(wish, { isZip }),
    compressed: isZip || wish.compress,
    at,
    recordCount: totalOf(counts),
    tableCounts: counts,
    pieces: (onTable = () => {}) => own.reading(piecesOf(tx, { ...content, onTable })),
  };
}

type Content = {
  wish: Wish;
  schema: string;
  tables: Wanted[];
  at: Date;
  metadata: unknown;
  onTable: (name: string) => void;
};

function piecesOf(tx: postgres.TransactionSql, content: Content): AsyncIterable<Buffer> {
  const { wish, schema, tables, at, metadata, onTable } = content;
  const [only, ...more] = tables;
  const csvOf = (wanted: Wanted) => {
    onTable(wanted.table.name);
    return csvFile(tx, { schema, wanted, delimiter: wish.csvDelimiter, guardFormulas: wish.guardFormulas });
  };
  if (wish.format === "csv" && (!only || more.length > 0))
    return zipped(
      tables.map((wanted) => ({ name: zippedName(wanted.table.name), pieces: () => csvOf(wanted) })),
      at,
    );
  const options = { schema, tables, pretty: wish.pretty, metadata, onTable };
  const plain =
    wish.format === "csv" && only
      ? csvOf(only)
      : wish.format === "json"
        ? jsonDocument(tx, options)
        : jsonLines(tx, options);
  return wish.compress ? gzipped(plain) : plain;
}

/** SQLSTATEs of values that a column's type does not take, and of comparisons that it does not know. */
const notComparable = /^(22\w{3}|42883|42804|42725|42846)$/;

/** What PostgreSQL says about filters and ids is about what the caller has sent. */
function asCallersMistake(error: unknown): never {
  if (!notComparable.test(codeOf(error) ?? "")) throw error;
  throw new AppError("VALIDATION_ERROR", `These rows cannot be looked for: ${messageOf(error)}.`);
}
