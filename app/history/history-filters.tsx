"use client";

import { skipToken, useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback } from "react";
import { typeWords } from "@/app/backup/backup-words";
import { backupsOf, encryptedValue, type HistoryFilter, historyStatuses } from "@/app/history/history-filter";
import { useTRPC } from "@/app/trpc/client";
import { FilterSelect } from "@/app/ui/filter-select";
import { formatBytes, plural } from "@/app/ui/format";
import { SearchField } from "@/app/ui/search-field";

type Props = {
  slug: string;
  filter: HistoryFilter;
  /** Those of the rows that are loaded. */
  tags: string[];
  onChange: (changes: Record<string, string>) => void;
  /** At the end of the line. */
  action?: ReactNode;
};

const types = Object.entries(typeWords).map(([value, label]) => ({ value, label }));

export function HistoryFilters({ slug, filter, tags, onChange, action }: Props) {
  const trpc = useTRPC();
  const { data: totals } = useQuery({
    ...trpc.backup.totals.queryOptions(backupsOf(slug, filter) ?? skipToken),
    // The numbers stay until the new ones are there.
    placeholderData: (before) => before,
  });
  const onSearch = useCallback((q: string) => onChange({ q }), [onChange]);
  const known = [...new Set(filter.tag ? [filter.tag, ...tags] : tags)].sort();
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchField label="Search backups" value={filter.search} onChange={onSearch} className="w-60 max-md:w-full" />
      <FilterSelect
        label="Status"
        value={filter.status ?? ""}
        options={historyStatuses}
        onChange={(status) => onChange({ status })}
      />
      <FilterSelect label="Type" value={filter.type ?? ""} options={types} onChange={(type) => onChange({ type })} />
      <FilterSelect
        label="Encryption"
        value={filter.encryptedOnly ? encryptedValue : ""}
        options={[{ value: encryptedValue, label: "Encrypted" }]}
        onChange={(encryption) => onChange({ encryption })}
      />
      {known.length > 0 && (
        <FilterSelect
          label="Tag"
          value={filter.tag}
          options={known.map((tag) => ({ value: tag, label: tag }))}
          onChange={(tag) => onChange({ tag })}
        />
      )}
      <p role="status" className="ml-auto text-muted text-sm tabular-nums">
        {totals && backupsOf(slug, filter) && `${plural(totals.count, "backup")}, ${formatBytes(totals.bytes)}`}
      </p>
      {action}
    </div>
  );
}
