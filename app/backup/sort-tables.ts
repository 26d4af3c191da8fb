import type { BackupDetails } from "@/app/trpc/types";
import type { Sort } from "@/app/ui/table";

export type ManifestTable = BackupDetails["manifest"]["tables"][number];
export type TableColumn = "name" | "rows" | "bytes";

const byName = new Intl.Collator("en", { numeric: true });

/** A new list; tables without rows of their own come last when the largest come first. */
export function sortTables<T extends Pick<ManifestTable, TableColumn>>(
  tables: readonly T[],
  { key, descending }: Sort<TableColumn>,
): T[] {
  const direction = descending ? -1 : 1;
  return [...tables].sort((a, b) => {
    const names = byName.compare(a.name, b.name);
    if (key === "name") return direction * names;
    return direction * ((a[key] ?? -1) - (b[key] ?? -1)) || names;
  });
}
