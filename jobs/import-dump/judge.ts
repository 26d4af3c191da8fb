import type { Piece } from "@/jobs/archive/script";
import { type Token, tokensOf } from "@/jobs/archive/tokens";
import { isMadeOfValues } from "@/jobs/import-dump/insert";
import { refusedStatement } from "@/jobs/import-dump/refusal";
import { checkRoutine, isRoutine } from "@/jobs/import-dump/routine";
import { isHarmlessSetting, isLeftOutSetting } from "@/jobs/import-dump/setting";

export type Judgement = {
  /** `leave out`: ours takes its place, or nobody needs it. */
  act: "run" | "leave out";
  /** The schema of what it makes or changes, where it names one. */
  schema?: string;
};

/** pg_dump writes rows and definitions; a definition is short. */
const mostDefinitionBytes = 4 * 1024 * 1024;

/**
 * Whether a piece of a stranger's script is one that pg_dump writes for the inside of one schema. Whatever is not known to
 * be is refused, with its first line. The server judges the rest: the role that runs it has no other rights.
 */
export function judge(piece: Piece, { allowFunctions }: { allowFunctions: boolean }): Judgement {
  const { kind, text } = piece;
  if (text.includes("\0")) throw refusedStatement("holds a NUL character", text);
  if (kind === "command") {
    if (/^\\(un)?restrict \w+\s*$/.test(text)) return { act: "leave out" };
    throw refusedStatement("holds a command for psql", text);
  }
  if (/^SET\s/i.test(text)) return judgeSetting(text);
  if (/^SELECT\s/i.test(text)) return judgeCall(text);
  if (/^INSERT\s+INTO\s/i.test(text)) return judgeInsert(text);
  if (text.length > mostDefinitionBytes) throw refusedStatement("holds a definition of more than 4 MB", text);
  const tokens = [...tokensOf(text)];
  if (tokens.some((token) => token.kind === "symbol" && token.text === "\\"))
    throw refusedStatement("holds a command for psql within a statement", text);
  if (kind === "copy") return judgeCopy(tokens, text);
  const head = headOf(tokens);
  if (isAboutRights(head, tokens)) return { act: "leave out" };
  if (/^CREATE SCHEMA /.test(head)) return judgeSchema(tokens, text);
  const rule = rules.find(({ pattern }) => pattern.test(head));
  if (!rule) throw refusedStatement("holds a statement that is not taken from elsewhere", text);
  if (isRoutine(head)) checkRoutine(tokens, { text, head, allowFunctions });
  if (rule.place === null) return { act: "run" };
  return { act: "run", schema: schemaAt(tokens, rule.place(head, tokens), text) };
}

function judgeSetting(text: string): Judgement {
  if (isLeftOutSetting(text)) return { act: "leave out" };
  if (isHarmlessSetting(text)) return { act: "run" };
  throw refusedStatement("changes a setting that pg_dump leaves alone", text);
}

const isSearchPath = /^SELECT pg_catalog\.set_config\('search_path', '', false\);$/;
const isSetval = /^SELECT pg_catalog\.setval\('((?:[^'\\]|'')+)', -?\d+, (?:true|false)\);$/;
/** Newer versions keep what the planner knows; it is found out anew. */
const isStatistics = /^SELECT \* FROM pg_catalog\.pg_(restore|clear)_(relation|attribute)_stats\(/;

function judgeCall(text: string): Judgement {
  if (isSearchPath.test(text) || isSetval.test(text)) return { act: "run" };
  if (isStatistics.test(text)) return { act: "leave out" };
  throw refusedStatement("calls a function or reads a table", text);
}

function judgeInsert(text: string): Judgement {
  if (!isMadeOfValues(text)) throw refusedStatement("inserts something else than plain values", text);
  const tokens: Token[] = [];
  for (const token of tokensOf(text)) if (tokens.push(token) > 6) break;
  return { act: "run", schema: schemaAt(tokens, 2, text) };
}

function judgeCopy(tokens: Token[], text: string): Judgement {
  const shape = tokens.map((token) => (isName(token) ? "n" : "text" in token ? token.text : "'")).join("");
  if (!/^nn\.n(\(n(,n)*\))?nn;$/.test(shape))
    throw refusedStatement("copies rows in a way that pg_dump does not", text);
  return { act: "run", schema: schemaAt(tokens, 1, text) };
}

function judgeSchema(tokens: Token[], text: string): Judgement {
  const [, , name, end] = tokens;
  if (!isName(name) || tokens.length !== 4 || end?.kind !== "symbol")
    throw refusedStatement("makes a schema in a way that pg_dump does not", text);
  return { act: "leave out", schema: nameOf(name) };
}

/** Owners and grants are left out: whoever restores owns it all. */
function isAboutRights(head: string, tokens: Token[]): boolean {
  if (/^(GRANT|REVOKE|ALTER DEFAULT PRIVILEGES) /.test(head)) return true;
  const [owner, to] = tokens.slice(-4);
  return /^ALTER /.test(head) && isWord(owner, "OWNER") && isWord(to, "TO");
}

type Place = (head: string, tokens: Token[]) => number;

/** After the words that say what it is. */
const afterKind: Place = (head, tokens) => {
  let at = kindWords.exec(head)?.[0].trim().split(" ").length ?? 0;
  if (isWord(tokens[at], "IF")) at += isWord(tokens[at + 1], "NOT") ? 3 : 2;
  return isWord(tokens[at], "ONLY") ? at + 1 : at;
};
const afterOn: Place = (_, tokens) => {
  const on = tokens.findIndex((token) => isWord(token, "ON"));
  return isWord(tokens[on + 1], "ONLY") ? on + 2 : on + 1;
};

const kinds =
  "(?:UNLOGGED )?TABLE|SEQUENCE|(?:MATERIALIZED )?VIEW|TYPE|DOMAIN|COLLATION|STATISTICS|AGGREGATE|FUNCTION|PROCEDURE|TEXT SEARCH (?:CONFIGURATION|DICTIONARY)";
const kindWords = new RegExp(`^(?:CREATE (?:OR REPLACE )?|ALTER |REFRESH )(?:${kinds}|INDEX) `);

const rules: { pattern: RegExp; place: Place | null }[] = [
  { pattern: new RegExp(`^CREATE (?:OR REPLACE )?(?:${kinds}) `), place: afterKind },
  { pattern: /^CREATE (UNIQUE )?INDEX |^CREATE (CONSTRAINT )?TRIGGER |^CREATE POLICY /, place: afterOn },
  {
    pattern: /^ALTER (TABLE|INDEX|SEQUENCE|TYPE|DOMAIN|STATISTICS|MATERIALIZED VIEW|TEXT SEARCH CONFIGURATION) /,
    place: afterKind,
  },
  { pattern: /^REFRESH MATERIALIZED VIEW /, place: afterKind },
  {
    pattern:
      /^COMMENT ON (SCHEMA|TABLE|COLUMN|CONSTRAINT|SEQUENCE|(MATERIALIZED )?VIEW|TYPE|DOMAIN|COLLATION|STATISTICS|AGGREGATE|FUNCTION|PROCEDURE|INDEX|TRIGGER|POLICY|TEXT SEARCH (CONFIGURATION|DICTIONARY)) /,
    place: null,
  },
];

/** The words that a statement begins with, each with a space behind it. */
function headOf(tokens: Token[]): string {
  let head = "";
  for (const token of tokens.slice(0, 6)) {
    if (token.kind !== "word") break;
    head += `${token.text.toUpperCase()} `;
  }
  // A name in quotes ends the words.
  return head;
}

const isWord = (token: Token | undefined, word: string) => token?.kind === "word" && token.text.toUpperCase() === word;
const isName = (token: Token | undefined) => token?.kind === "word" || token?.kind === "name";

/** A plain name means the same in any case. */
const nameOf = (token: Token | undefined): string =>
  token?.kind === "name" ? token.text : token?.kind === "word" ? token.text.toLowerCase() : "";

/** Of `schema.name`, as pg_dump always writes it. */
function schemaAt(tokens: Token[], at: number, text: string): string {
  const [schema, dot, name] = tokens.slice(at, at + 3);
  if (isName(schema) && dot?.kind === "symbol" && dot.text === "." && isName(name)) return nameOf(schema);
  throw refusedStatement(
    "holds a statement that does not say in which schema",
    text,
    "Make the dump anew with a current pg_dump.",
  );
}
