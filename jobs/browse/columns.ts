import { ident, lastPart, name, nameParts, splitList, tokensOf } from "@/jobs/browse/sql-text";

export type Column = {
  name: string;
  /** As the dump writes it, without the schema when that is the table's own. */
  type: string;
  /** What its text is in JSON. */
  json: JsonKind;
};

export type JsonKind = "number" | "boolean" | "raw" | "text" | { array: JsonKind };

type Field = { name: string; type: string };
type Table = { schema: string; fields: Field[]; parents: string[]; typedBy: string | null };

/** Tables, composite types and domains of a dump, by name with schema. */
export type Types = { tables: Map<string, Table>; composites: Map<string, Field[]>; domains: Map<string, string> };

const keyOf = (found: string) => JSON.stringify(nameParts(found));
const createTable = new RegExp(`^CREATE (?:UNLOGGED |FOREIGN )?TABLE (${name})(?: OF (${name}))?`);
const createComposite = new RegExp(`^CREATE TYPE (${name}) AS \\(`);
const createDomain = new RegExp(`^CREATE DOMAIN (${name}) AS ([\\s\\S]*);$`);

/** Reads the types of columns out of the statements that make tables, types and domains. */
export function typesOf(statements: readonly string[]): Types {
  const types: Types = { tables: new Map(), composites: new Map(), domains: new Map() };
  for (const statement of statements) {
    const table = createTable.exec(statement);
    if (table) types.tables.set(keyOf(table[1] ?? ""), tableOf(statement, table));
    const composite = createComposite.exec(statement);
    if (composite) types.composites.set(keyOf(composite[1] ?? ""), fieldsAt(statement, composite[0].length - 1));
    const domain = createDomain.exec(statement);
    if (domain) types.domains.set(keyOf(domain[1] ?? ""), typeIn(domain[2] ?? ""));
  }
  return types;
}

/** What a statement that makes a table says of each column, and what else it says, each as text. */
export function tableParts(statement: string): { columns: Map<string, string>; rest: string[] } {
  const match = createTable.exec(statement);
  const from = match ? statement.indexOf("(", match[0].length) : -1;
  if (from < 0) return { columns: new Map(), rest: [statement] };
  const { items, end } = splitList(statement, from);
  const isColumn = (item: string) => fieldOf(item).length > 0;
  const about = items.filter(isColumn).map((item) => {
    const [, called = "", rest = ""] = field.exec(item) ?? [];
    return [lastPart(called), rest] as const;
  });
  const after = statement.slice(end).replace(/;$/, "").trim();
  return { columns: new Map(about), rest: [...items.filter((item) => !isColumn(item)), ...(after ? [after] : [])] };
}

function tableOf(statement: string, match: RegExpExecArray): Table {
  const from = statement.indexOf("(", match[0].length);
  const { items, end } = from < 0 ? { items: [], end: 0 } : splitList(statement, from);
  const inherits = /^\s*INHERITS (\([\s\S]*)$/.exec(statement.slice(end))?.[1];
  return {
    schema: (match[1] ?? "").replace(new RegExp(`${ident}$`), ""),
    fields: match[2] ? [] : items.flatMap(fieldOf),
    parents: inherits ? splitList(inherits, 0).items : [],
    typedBy: match[2] ?? null,
  };
}

const fieldsAt = (statement: string, from: number) => splitList(statement, from).items.flatMap(fieldOf);

const field = new RegExp(`^(${ident})\\s+([\\s\\S]+)$`);

/** Constraints stand among the columns. A column of that name would be in quotes. */
function fieldOf(item: string): Field[] {
  const [, called = "", rest = ""] = field.exec(item) ?? [];
  return called === "" || called === "CONSTRAINT" ? [] : [{ name: lastPart(called), type: typeIn(rest) }];
}

const afterType = new Set([
  "COLLATE",
  "DEFAULT",
  "NOT",
  "NULL",
  "GENERATED",
  "CONSTRAINT",
  "OPTIONS",
  "STORAGE",
  "COMPRESSION",
  "CHECK",
]);

/** The type at the beginning of what is said of a column. */
function typeIn(text: string): string {
  const tokens = tokensOf(text);
  const end = tokens.findIndex((token) => afterType.has(token));
  return tokens
    .slice(0, end < 0 ? undefined : end)
    .join("")
    .trim();
}

/** The columns of a table, inherited ones first, as PostgreSQL has them; null for a table that is not there. */
export function columnsOf(table: string, types: Types): Column[] | null {
  const found = [...types.tables].find(([key]) => JSON.parse(key).at(-1) === table);
  if (!found) return null;
  const { schema } = found[1];
  return fieldsOf(found[1], types).map(({ name, type }) => ({
    name,
    type: schema && type.startsWith(schema) ? type.slice(schema.length) : type,
    json: jsonKind(type, types),
  }));
}

function fieldsOf({ fields, parents, typedBy }: Table, types: Types): Field[] {
  if (typedBy !== null) return types.composites.get(keyOf(typedBy)) ?? [];
  const inherited = parents.flatMap((parent) => {
    const known = types.tables.get(keyOf(parent));
    return known ? fieldsOf(known, types) : [];
  });
  const byName = new Map([...inherited, ...fields].map((one) => [one.name, one]));
  return [...byName.values()];
}

const numbers = /^(smallint|integer|bigint|numeric(\(.*\))?|real|double precision|oid)$/;

/** Numbers and booleans are themselves in JSON, json is what it holds, arrays are arrays; all else is its text. */
export function jsonKind(type: string, types: Pick<Types, "domains">): JsonKind {
  if (type.endsWith("[]")) {
    const element = jsonKind(type.replace(/(\[\])+$/, ""), types);
    // Boxes are the one type whose arrays are not separated by commas.
    return /^box\[/.test(type) ? "text" : { array: element };
  }
  if (numbers.test(type)) return "number";
  if (type === "boolean") return "boolean";
  if (type === "json" || type === "jsonb") return "raw";
  const domain = types.domains.get(keyOf(type));
  return domain === undefined ? "text" : jsonKind(domain, types);
}
