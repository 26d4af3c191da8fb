"use client";

import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import type { AuditFilter } from "@/app/audit/audit-filter";
import { actionGroups, actionWords } from "@/app/audit/audit-words";
import { useTRPC } from "@/app/trpc/client";
import { DateFilter } from "@/app/ui/date-filter";
import { FilterSelect } from "@/app/ui/filter-select";
import { SearchField } from "@/app/ui/search-field";

type Props = { filter: AuditFilter; onChange: (changes: Partial<AuditFilter>) => void };

export function AuditFilters({ filter, onChange }: Props) {
  const trpc = useTRPC();
  const projects = useQuery(trpc.project.list.queryOptions());
  const onActor = useCallback((actor: string) => onChange({ actor }), [onChange]);
  const { action } = filter;
  const isListed = !action || actionGroups.some(({ value }) => value === action);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchField label="Email of who did it" value={filter.actor} onChange={onActor} className="w-60 max-md:w-full" />
      <FilterSelect
        label="Action"
        value={action}
        options={isListed ? actionGroups : [...actionGroups, { value: action, label: actionWords(action) }]}
        onChange={(next) => onChange({ action: next })}
      />
      <FilterSelect
        label="Project"
        value={filter.project}
        options={(projects.data ?? []).map((project) => ({ value: project.slug, label: project.name }))}
        onChange={(project) => onChange({ project })}
      />
      <DateFilter label="From" value={filter.from} onChange={(from) => onChange({ from })} />
      <DateFilter label="Until" value={filter.until} onChange={(until) => onChange({ until })} />
    </div>
  );
}
