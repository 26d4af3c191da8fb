import type { Piece } from "@/jobs/archive/script";
import { quoteIdent, quoteLiteral } from "@/jobs/postgres/identifier";
import { isForeignKey, stagedScript, tableOf } from "@/jobs/restore-backup/staged-script";

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

type Script = BesideNames &
  Choice & {
    onTable?(name: string): void;
    /** What is to be done once the rows of a large table are there: other sessions find it under its schema's name beside. */
    afterLarge?(name: string): string;
  };

/**
 * The script for psql that restores a dump under another name. In each transaction the live schema steps aside and the new one
 * takes its name, so that whatever the dump says (text of functions, names within strings) means the new one; before it
 * commits, both have their own names again. Nobody else ever sees it otherwise: a rename shows only once it is committed.
 */
export function besideScript(source: AsyncIterable<Buffer>, script: Script): AsyncGenerator<Buffer> {
  const { onTable, afterLarge } = script;
  return stagedScript(source, {
    // The transaction that puts it in place waits until all of this is safe on the disk too.
    start: `set synchronous_commit = off;\n${oneAtATime(script)}`,
    ...transaction(script),
    leavesOut: (piece) => isLeftOut(piece, script),
    onTable,
    afterLarge: afterLarge && ((name) => afterLarge(plainName(name))),
  });
}

const isSchema = /^CREATE SCHEMA /;
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

/** Two that let the same schema step aside at the same time would trip over each other: the second one waits. */
export const oneAtATime = ({ made, aside }: Omit<BesideNames, "beside">): string =>
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
