"use client";

import { useMutation } from "@tanstack/react-query";
import { mustBeThere } from "@/app/backup/use-download";

/** Lets the browser download one table, once it is sure that there is one. What stands in the way is told. */
export function useTableDownload({ backupId, table }: { backupId: string; table: string }) {
  const { mutate, variables, isPending } = useMutation({
    mutationFn: async (format: "csv" | "json" | "sql") => {
      const path = `/api/v1/backups/${backupId}/tables/${encodeURIComponent(table)}/download?format=${format}`;
      await mustBeThere(path);
      window.location.assign(path);
    },
    meta: { changesNothing: true },
  });
  return { download: mutate, asked: variables, isPending };
}
