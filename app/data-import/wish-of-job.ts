import type { ImportWish, RowImport } from "@/app/trpc/types";

/** What a check and an import have in common: how the file is read, where its rows go, and what becomes of them. */
export function wishOfJob(options: RowImport["options"]): ImportWish {
  const { fileId, format, delimiter, encoding, dateOrder, table, mapping, importMode, conflictResolution } = options;
  return { fileId, format, delimiter, encoding, dateOrder, table, mapping, importMode, conflictResolution };
}
