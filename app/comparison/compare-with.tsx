"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/app/trpc/client";
import type { BackupDetails } from "@/app/trpc/types";

type Props = {
  backup: BackupDetails;
  canReadLive: boolean;
  /** The id of the other backup; empty for the live schema. */
  value: string;
  onChange: (value: string) => void;
};

const shown = 50;
const time = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** Chooses what to compare a backup with: the live schema, or one of the last backups of the project. */
export function CompareWith({ backup, canReadLive, value, onChange }: Props) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.backup.listBackups.queryOptions({ projectId: backup.projectSlug, limit: shown }));
  const others = (data?.items ?? []).filter(({ id }) => id !== backup.id);
  return (
    <label className="flex items-center gap-2 text-sm">
      Compare with
      <select
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-8 max-w-56 rounded border border-line-strong bg-raised px-2 text-base text-text"
      >
        <option value="">{canReadLive ? "the live schema" : "…"}</option>
        {others.map(({ id, createdAt }) => (
          <option key={id} value={id}>
            the backup of {time.format(new Date(createdAt))}
          </option>
        ))}
      </select>
    </label>
  );
}
