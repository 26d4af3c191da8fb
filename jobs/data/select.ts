import { AppError } from "@/db/errors";
import type { DataColumn, DataTable } from "@/jobs/data/tables";
import { qualified, quoteIdent, quoteLiteral } from "@/jobs/postgres/identifier";

export type FilterValue = string | number | boolean | null;

/** Each column to a value that it must have, or to comparisons that must all hold. */
export type Filters = Record<string, FilterValue | Partial<Record<FilterOperator, FilterValue | FilterValue[]>>>;

/** As SQL compares them. `is_null` takes true or false; `in` takes a list. */
export const filterOperators = ["eq", "ne", "lt", "lte", "gt", "gte", "in", "like", "is_null"] as const;
export type FilterOperator = (typeof filterOperators)[number];

export type Selection = {
  filters?: Filters;
  /** With it or an offset the rows come in the order of the primary key, so that pages fit together. */
  limit?: number;
  offset?: number;
  /** A table with the places (`src oid, id tid`) of the rows that are wanted. */
  places?: string;
};

/**
 * The SELECT of a table's rows, with every column under its own name. Text alone, since COPY takes no parameters: every value is
 * a literal of its column's type. Throws VALIDATION_ERROR for a column that is not there, or a value that no operator takes.
 */
export function selectOf(schema: string, table: DataTable, selection: Selection = {}): string {
  const { filters = {}, limit, offset, places } = selection;
  const conditions = Object.entries(filters).flatMap(([name, wanted]) => conditionsOf(table, name, wanted));
  if (places) conditions.push(`(tableoid, ctid) in (select src, id from ${places})`);
  const isPage = limit !== undefined || offset !== undefined;
  return [
    `select ${table.columns.map(({ name }) => quoteIdent(name)).join(", ")} from ${sourceOf(schema, table)}`,
    conditions.length > 0 ? `where ${conditions.join(" and ")}` : "",
    isPage ? `order by ${orderOf(table)}` : "",
    limit === undefined ? "" : `limit ${limit}`,
    offset === undefined ? "" : `offset ${offset}`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** The table in a FROM. Rows of tables that inherit from it are theirs; those of partitions are its own. */
export const sourceOf = (schema: string, { name, isPartitioned }: DataTable): string =>
  `${isPartitioned ? "" : "only "}${qualified(schema, name)}`;

function orderOf({ keys, isPartitioned }: DataTable): string {
  const [key] = keys;
  if (key?.isPrimary) return key.columns.map(quoteIdent).join(", ");
  return isPartitioned ? "tableoid, ctid" : "ctid";
}

function conditionsOf(table: DataTable, name: string, wanted: Filters[string]): string[] {
  const column = table.columns.find((one) => one.name === name);
  if (!column) throw invalid(name, `The table ${table.name} has no column ${name}.`);
  const isPlain = wanted === null || typeof wanted !== "object";
  const comparisons: [string, unknown][] = isPlain ? [["eq", wanted]] : Object.entries(wanted);
  return comparisons.map(([operator, value]) => conditionOf(column, operator, value));
}

const symbols: Partial<Record<string, string>> = { eq: "=", ne: "<>", lt: "<", lte: "<=", gt: ">", gte: ">=" };

function conditionOf(column: DataColumn, operator: string, value: unknown): string {
  const name = quoteIdent(column.name);
  const literal = (one: unknown) => {
    const found = literalOf(column, one);
    if (!found) throw invalid(column.name, `${operator} does not take that value.`);
    return found;
  };
  const symbol = symbols[operator];
  if (value === null && (operator === "eq" || operator === "ne"))
    return `${name} is ${operator === "eq" ? "" : "not "}null`;
  if (symbol) return `${name} ${symbol} ${literal(value)}`;
  if (operator === "is_null" && typeof value === "boolean") return `${name} is ${value ? "" : "not "}null`;
  if (operator === "like" && typeof value === "string") return `${name}::text like ${quoteLiteral(value)}`;
  if (operator === "in" && Array.isArray(value))
    return value.length > 0 ? `${name} in (${value.map(literal).join(", ")})` : "false";
  const known = (filterOperators as readonly string[]).includes(operator);
  throw invalid(
    column.name,
    known
      ? `${operator} does not take that value.`
      : `There is no operator ${operator}: use ${filterOperators.join(", ")}.`,
  );
}

/** A value as SQL writes one of the column's type; null for what is no value. */
export function literalOf({ type }: DataColumn, value: unknown): string | null {
  const isText = typeof value === "string" && !value.includes("\0");
  if (!isText && typeof value !== "number" && typeof value !== "boolean") return null;
  return `${quoteLiteral(String(value))}::${type}`;
}

const invalid = (column: string, error: string) =>
  new AppError("VALIDATION_ERROR", `The filter of ${column} cannot be used: ${error}`, {
    fields: [{ field: `filters.${column}`, error, code: "invalid_value" }],
  });
