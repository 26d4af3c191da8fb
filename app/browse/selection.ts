/** What is looked at, by its kind and name. Of kind `table` is all that the listing of tables has. */
export type Selection = { kind: string; name: string };

/** As the address has it; null when nothing is chosen. */
export function selectionOf(query: URLSearchParams): Selection | null {
  const table = query.get("table");
  if (table) return { kind: "table", name: table };
  const [kind, name] = [query.get("kind"), query.get("name")];
  return kind && name ? { kind, name } : null;
}

/** The address of a choice, relative to the page. */
export function selectionHref({ kind, name }: Selection): string {
  return `?${kind === "table" ? new URLSearchParams({ table: name }) : new URLSearchParams({ kind, name })}`;
}

export const isSame = (a: Selection | null, b: Selection): boolean => a?.kind === b.kind && a.name === b.name;
