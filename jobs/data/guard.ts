import type { DataTable } from "@/jobs/data/tables";
import { quoteIdent, quoteLiteral } from "@/jobs/postgres/identifier";

/** Types whose values no spreadsheet takes for a formula, or that are better left as they are: numbers, times, JSON, arrays. */
const harmless =
  /^(smallint|integer|bigint|numeric|real|double precision|money|boolean|date|time|timestamp|interval|uuid|bytea|oid|jsonb?|bit)(?=[( ]|$)|\[\]$/;
const text = /^(text|character|"char"|name|citext)(?=[( ]|$)/;

/** Where a cell begins like this, a spreadsheet takes it for a formula. */
const formula = "^([-=+@\\t\\r])";
/** A domain may be one of numbers, and those stay. */
const formulaButNoNumber = `(?![-+]?[0-9.]+(e[-+]?[0-9]+)?$)${formula.slice(1)}`;

/**
 * The query with an apostrophe before every text that a spreadsheet would take for a formula, a NULL still a NULL. `concat` writes a
 * value as COPY does; a cast to text would cut the blanks of a `char`.
 */
export function guarded(query: string, { columns }: DataTable): string {
  const cells = columns.map(({ name, type }) => {
    const column = quoteIdent(name);
    if (harmless.test(type)) return column;
    const pattern = quoteLiteral(text.test(type) ? formula : `^${formulaButNoNumber}`);
    return `case when ${column} is distinct from null then regexp_replace(concat(${column}), ${pattern}, e'''\\\\1') end as ${column}`;
  });
  return `select ${cells.join(", ")} from (${query}) t`;
}
