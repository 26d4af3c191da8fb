type Edge = { table: string; refTable: string };

/**
 * Tables in the order that their rows can be inserted in, parents first, and those foreign keys that stand in the way of any order:
 * they go round in a circle. What refers to its own table is no obstacle, since a statement is checked at its end.
 */
export function orderTables<E extends Edge>(
  tables: readonly string[],
  keys: readonly E[],
): { order: string[]; circular: E[] } {
  const inside = keys.filter(
    ({ table, refTable }) => table !== refTable && tables.includes(table) && tables.includes(refTable),
  );
  const order: string[] = [];
  const left = new Set(tables);
  while (left.size > 0) {
    const waits = (name: string) => inside.filter(({ table, refTable }) => table === name && left.has(refTable)).length;
    const ready = [...left].filter((name) => waits(name) === 0);
    // In a circle the one that waits for the fewest goes first.
    const next = ready.length > 0 ? ready : [...left].toSorted((a, b) => waits(a) - waits(b)).slice(0, 1);
    for (const name of next) left.delete(name);
    order.push(...next);
  }
  const place = new Map(order.map((name, i) => [name, i]));
  const isLate = ({ table, refTable }: E) => (place.get(table) ?? 0) < (place.get(refTable) ?? 0);
  return { order, circular: inside.filter(isLate) };
}
