import { ident, name, nameParts, splitList } from "@/jobs/browse/sql-text";

/** What a statement of a dump is about. `key` tells objects of different sorts with the same name apart. */
export type Subject = {
  key: string;
  /** As it is called in its schema; a function with the types of its arguments. */
  name: string;
  /** What the statement makes, in PostgreSQL's words and lower case; null when it adds to something that is there. */
  makes: string | null;
  /** An index or a constraint that the statement makes on the way, by which others may mean the same object. */
  alias?: string;
};

type Rule = [pattern: RegExp, read: (match: RegExpExecArray, text: string) => Subject | null];

const relation = (found: string, makes: string | null = null, alias?: string): Subject => {
  const parts = nameParts(found);
  return { key: keyOf("relation", parts), name: parts.at(-1) ?? "", makes, ...(alias ? { alias } : {}) };
};
const keyOf = (sort: string, parts: readonly string[]) => `${sort} ${JSON.stringify(parts)}`;
const other = (sort: string, found: string, makes: string | null): Subject => {
  const parts = nameParts(found);
  return { key: keyOf(sort, parts), name: parts.at(-1) ?? "", makes };
};
/** Indexes and constraints are in the schema of their table. */
const beside = (table: string, found: string) =>
  keyOf("index", [...nameParts(table).slice(0, -1), ...nameParts(found)]);
const index = (found: string): Subject => ({ key: keyOf("index", nameParts(found)), name: "", makes: null });

/** Comments and grants name a function by the types of its arguments, without what they are when left out. */
function routine(found: string, text: string, makes: string | null): Subject {
  const from = text.indexOf("(", text.indexOf(found) + found.length);
  const parameters = splitList(text, from).items.map((item) => item.replace(/ (?:DEFAULT|=) [\s\S]*$/, ""));
  const parts = nameParts(found);
  const called = `${parts.at(-1)}(${parameters.join(", ")})`;
  return { key: keyOf("routine", [...parts.slice(0, -1), called]), name: called, makes };
}

const sorts: Record<string, string> = {
  DOMAIN: "type",
  TYPE: "type",
  TABLE: "relation",
  "FOREIGN TABLE": "relation",
  VIEW: "relation",
  "MATERIALIZED VIEW": "relation",
  SEQUENCE: "relation",
  INDEX: "index",
};
const isRoutine = (kind: string) => /^(FUNCTION|PROCEDURE|AGGREGATE|ROUTINE)$/.test(kind);
const kinds =
  "FOREIGN TABLE|TABLE|MATERIALIZED VIEW|VIEW|SEQUENCE|INDEX|DOMAIN|TYPE|FUNCTION|PROCEDURE|AGGREGATE|ROUTINE|SCHEMA|COLLATION|CONVERSION|STATISTICS|TEXT SEARCH (?:CONFIGURATION|DICTIONARY|PARSER|TEMPLATE)|OPERATOR CLASS|OPERATOR FAMILY";

function ofKind(kind: string, { found, text, makes }: { found: string; text: string; makes: string | null }): Subject {
  if (isRoutine(kind)) return routine(found, text, makes);
  return other(sorts[kind] ?? kind.toLowerCase(), found, makes);
}

const on = (pattern: string) => new RegExp(`^${pattern}`);
const event = `(?:INSERT|DELETE|TRUNCATE|UPDATE(?: OF ${ident}(?:, ${ident})*)?)`;

/** The first that fits decides. They follow what pg_dump writes, and no other way to write the same. */
const rules: Rule[] = [
  [new RegExp(`^ALTER [\\s\\S]* OWNER TO ${ident};$`), () => null],
  [/^(SET|SELECT|REFRESH) /, () => null],
  [on(`CREATE (?:UNLOGGED )?TABLE (${name})`), ([, found = ""]) => relation(found, "table")],
  [on(`CREATE (?:OR REPLACE )?(?:RECURSIVE )?VIEW (${name})`), ([, found = ""]) => relation(found, "view")],
  [
    on(`CREATE (?:UNIQUE )?INDEX (${ident}) ON (?:ONLY )?(${name})`),
    ([, made = "", table = ""]) => relation(table, null, beside(table, made)),
  ],
  [
    on(`CREATE (?:CONSTRAINT )?TRIGGER ${ident} (?:BEFORE|AFTER|INSTEAD OF) ${event}(?: OR ${event})* ON (${name})`),
    first,
  ],
  [on(`CREATE RULE ${ident} AS\\s+ON (?:SELECT|INSERT|UPDATE|DELETE) TO (${name})`), first],
  [on(`CREATE POLICY ${ident} ON (${name})`), first],
  [on(`CREATE STATISTICS (${name}) [\\s\\S]* FROM (${name});$`), statistics],
  [on(`CREATE (?:OR REPLACE )?(${kinds}) (${name})`), made],
  [on(`ALTER TABLE (?:ONLY )?${name} ATTACH PARTITION (${name})`), first],
  [
    on(`ALTER TABLE (?:ONLY )?(${name})\\s+ADD CONSTRAINT (${ident})`),
    ([, table = "", constraint = ""]) => relation(table, null, beside(table, constraint)),
  ],
  [on(`ALTER INDEX ${name} ATTACH PARTITION (${name})`), ([, found = ""]) => index(found)],
  [on(`ALTER (${kinds}) (?:ONLY )?(${name})`), added],
  [on(`COMMENT ON COLUMN (${name})\\.${ident} IS`), first],
  [on(`COMMENT ON (?:TRIGGER|RULE|POLICY) ${ident} ON (${name})`), first],
  [on(`COMMENT ON CONSTRAINT ${ident} ON DOMAIN (${name})`), ([, found = ""]) => other("type", found, null)],
  [on(`COMMENT ON CONSTRAINT ${ident} ON (${name})`), first],
  [on(`COMMENT ON (${kinds}) (${name})`), added],
  [on(`(?:GRANT|REVOKE) [\\s\\S]*? ON (${kinds}) (${name})`), added],
];

function first([, found = ""]: RegExpExecArray): Subject {
  return relation(found);
}

/** Statistics belong to a table, and are in its dump by a name of their own. */
function statistics([, made = "", table = ""]: RegExpExecArray): Subject {
  return relation(table, null, keyOf("statistics", nameParts(made)));
}

function made([, kind = "", found = ""]: RegExpExecArray, text: string): Subject {
  return ofKind(kind, { found, text, makes: kind.toLowerCase() });
}

function added([, kind = "", found = ""]: RegExpExecArray, text: string): Subject {
  return ofKind(kind, { found, text, makes: null });
}

/** What a statement is about; null for settings, owners, and what is about nothing in the schema. */
export function subjectOf(statement: string): Subject | null {
  for (const [pattern, read] of rules) {
    const match = pattern.exec(statement);
    if (match) return read(match, statement);
  }
  const unknown = /^CREATE ((?:[A-Z]+ )*[A-Z]+) ?([\s\S]{0,200})/.exec(statement);
  if (!unknown) return null;
  const [, kind = "", rest = ""] = unknown;
  const called = rest.split(/[\n(;]/, 1)[0]?.trim() ?? "";
  return { key: keyOf("other", [statement]), name: called, makes: kind.toLowerCase() };
}
