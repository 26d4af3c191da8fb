/** How a column may be compared, in words; `takes` is what stands beside it. */
export const operators = [
  { value: "eq", name: "is", takes: "value" },
  { value: "ne", name: "is not", takes: "value" },
  { value: "lt", name: "is less than", takes: "value" },
  { value: "lte", name: "is at most", takes: "value" },
  { value: "gt", name: "is greater than", takes: "value" },
  { value: "gte", name: "is at least", takes: "value" },
  { value: "in", name: "is one of", takes: "list" },
  { value: "like", name: "is like (% is anything)", takes: "value" },
  { value: "null", name: "is NULL", takes: "nothing" },
  { value: "notNull", name: "is not NULL", takes: "nothing" },
] as const;

type Operator = (typeof operators)[number];
type Comparisons = Partial<
  Record<"eq" | "ne" | "lt" | "lte" | "gt" | "gte" | "like", string> & { in: string[]; is_null: boolean }
>;

export const operatorOf = (value: unknown): Operator => operators.find((one) => one.value === value) ?? operators[0];

function comparison(operator: Operator["value"], text: string): Comparisons {
  if (operator === "null" || operator === "notNull") return { is_null: operator === "null" };
  if (operator === "in") return { in: text.split(",").map((one) => one.trim()) };
  return { [operator]: text };
}

/** One line of the form for each filter. A line without a value is a comparison with an empty text. */
function linesOf(form: FormData) {
  const [columns, chosen, values] = ["filterColumn", "filterOperator", "filterValue"].map((name) => form.getAll(name));
  return (columns ?? []).map((column, at) => ({
    column: String(column),
    operator: operatorOf(chosen?.[at]),
    text: String(values?.[at] ?? ""),
  }));
}

/** The filters of a form, by column. Several of one column have to hold together. */
export function readFilters(form: FormData): Record<string, Comparisons> {
  const filters: Record<string, Comparisons> = {};
  for (const { column, operator, text } of linesOf(form))
    filters[column] = { ...filters[column], ...comparison(operator.value, text) };
  return filters;
}

/** Why the filters cannot be used; null when they can. One column cannot be compared twice in the same way. */
export function filterFault(form: FormData): string | null {
  const seen = new Set<string>();
  for (const { column, operator } of linesOf(form)) {
    const [word] = Object.keys(comparison(operator.value, ""));
    const key = `${word} ${column}`;
    if (seen.has(key)) return `${column} is compared twice in the same way. Use “is one of” for several values.`;
    seen.add(key);
  }
  return null;
}
