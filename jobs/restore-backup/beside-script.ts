import { type Piece, readScript } from "@/jobs/archive/script";
import { quoteIdent, quoteLiteral } from "@/jobs/postgres/identifier";

export type BesideNames = {
  /** The schema that the script makes. */
  made: string;
  /** What it is to be called instead. */
  beside: string;
  /** What a live schema of the script's name is called inside each transaction; null where there is none. */
  aside: string | null;
};

export type Choice = {
  /** Leaves out owners and grants: whoever restores owns what they make. */
  withoutOwners?: boolean;
  /** Leaves out rows, and what is computed from them. */
  structureOnly?: boolean;
  /** Rows of these tables alone, and no foreign keys, which would miss the others'. */
  tables?: ReadonlySet<string>;
};

type Script = BesideNames & Choice & { onTable?(name: string): void };

/** A transaction keeps a lock for each object that it makes, and the server has room for some thousands. */
const mostPerTransaction = 500;
const pieceBytes = 256 * 1024;

/**
 * The script for psql that restores a dump under another name. In each transaction the live schema steps aside and the new one
 * takes its name, so that whatever the dump says (text of functions, names within strings) means the new one; before it
 * commits, both have their own names again. Nobody else ever sees it otherwise: a rename shows only once it is committed. A
 * script that ends early thus ends without its last `commit`. Foreign keys come in a transaction of their own, because
 * they keep writers of the tables they point to waiting until it ends.
 */
export async function* besideScript(source: AsyncIterable<Buffer>, script: Script): AsyncGenerator<Buffer> {
  const { begin, commit } = transaction(script);
  yield Buffer.from(oneAtATime(script) + begin(true));
  let ready: Buffer[] = [];
  let bytes = 0;
  let objects = 0;
  let pointsOut = false;
  const add = (...more: Buffer[]) => {
    ready.push(...more);
    bytes += more.reduce((sum, { length }) => sum + length, 0);
  };
  const full = () => bytes >= pieceBytes;
  const flush = () => {
    const all = Buffer.concat(ready);
    [ready, bytes] = [[], 0];
    return all;
  };
  for await (const piece of readScript(source)) {
    if (isLeftOut(piece, script)) continue;
    if (piece.kind === "copy") {
      script.onTable?.(tableOf(piece.text));
      add(piece.bytes, newline);
      for await (const data of piece.data) {
        // Large pieces pass as they are: copies of all rows would keep the garbage collector busier than anything else.
        if (data.length < pieceBytes / 8) add(data);
        else {
          if (bytes > 0) yield flush();
          yield data;
        }
        if (full()) yield flush();
      }
      add(endOfCopy);
      continue;
    }
    const isFirstKey: boolean = !pointsOut && isForeignKey.test(piece.text);
    if (isFirstKey || ++objects > mostPerTransaction) {
      add(Buffer.from(commit + begin(false)));
      objects = 0;
      pointsOut ||= isFirstKey;
    }
    add(piece.bytes, newline);
    if (full()) yield flush();
  }
  add(Buffer.from(commit));
  yield flush();
}

const newline = Buffer.from("\n");
const endOfCopy = Buffer.from("\\.\n");
const isSchema = /^CREATE SCHEMA /;
const isForeignKey = /^ALTER TABLE [\s\S]* ADD CONSTRAINT [\s\S]* FOREIGN KEY /;
const isAboutOwners = /^(ALTER [\s\S]* OWNER TO |GRANT |REVOKE |ALTER DEFAULT PRIVILEGES )/;
const isRefresh = /^REFRESH MATERIALIZED VIEW /;
const isAboutRows = /^(SELECT pg_catalog\.setval\(|REFRESH MATERIALIZED VIEW )/;

/** Lines for psql itself have no say here: `\restrict` guards against others of them, and there are no others. */
function isLeftOut(piece: Piece, { withoutOwners, structureOnly, tables }: Choice): boolean {
  if (piece.kind === "command") return true;
  if (piece.kind === "copy")
    return structureOnly === true || (tables !== undefined && !tables.has(plainName(tableOf(piece.text))));
  if (tables && (isForeignKey.test(piece.text) || isRefresh.test(piece.text))) return true;
  // Ours is there already: pg_dump does not make `public`, which every new database has.
  if (isSchema.test(piece.text)) return true;
  return Boolean((withoutOwners && isAboutOwners.test(piece.text)) || (structureOnly && isAboutRows.test(piece.text)));
}

/** `COPY public."Odd name" (a, b) FROM stdin;` → `"Odd name"`, as SQL writes it. */
const tableOf = (copy: string): string =>
  /^COPY (?:"(?:[^"]|"")*"|[^".]+)\.("(?:[^"]|"")*"|[^" ]+)/.exec(copy)?.[1] ?? "";

/** Two that let the same schema step aside at the same time would trip over each other: the second one waits. */
const oneAtATime = ({ made, aside }: BesideNames): string =>
  aside === null ? "" : `select pg_advisory_lock(hashtextextended('coffer:aside:' || ${quoteLiteral(made)}, 0));\n`;

/** `"Odd ""name"""` → `Odd "name"` */
const plainName = (written: string): string =>
  written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written;

function transaction({ made, beside, aside }: BesideNames) {
  const rename = (from: string, to: string) => `alter schema ${quoteIdent(from)} rename to ${quoteIdent(to)};\n`;
  const stepAside = aside === null ? "" : rename(made, aside);
  const stepBack = aside === null ? "" : rename(aside, made);
  return {
    begin: (isFirst: boolean) =>
      `begin;\n${stepAside}${isFirst ? `create schema ${quoteIdent(made)};\n` : rename(beside, made)}`,
    commit: `${rename(made, beside)}${stepBack}commit;\n`,
  };
}
