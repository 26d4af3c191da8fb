import { backupLooks, typeWords } from "@/app/backup/backup-words";
import type { Backup, BackupFilter } from "@/app/trpc/types";

type Values = Pick<URLSearchParams, "get">;

/** Failed and cancelled exports stand among the backups, so they are states of the one list. */
export const historyStatuses = [
  { value: "available", label: backupLooks.available.word },
  { value: "missing", label: backupLooks.missing.word },
  { value: "corrupt", label: backupLooks.corrupt.word },
  { value: "failed", label: "Failed export" },
  { value: "cancelled", label: "Cancelled export" },
] as const;

type HistoryStatus = (typeof historyStatuses)[number]["value"];

export type HistoryFilter = {
  search: string;
  type: Backup["type"] | null;
  status: HistoryStatus | null;
  encryptedOnly: boolean;
  tag: string;
};

/** Of the filter in an address. */
export const encryptedValue = "encrypted";

const isType = (value: string | null): value is Backup["type"] => value !== null && Object.hasOwn(typeWords, value);

/** The filter that an address names; what it does not know it leaves out. */
export function readHistoryFilter(query: Values): HistoryFilter {
  const status = query.get("status");
  const type = query.get("type");
  return {
    search: (query.get("q") ?? "").trim().slice(0, 100),
    type: isType(type) ? type : null,
    status: historyStatuses.find(({ value }) => value === status)?.value ?? null,
    encryptedOnly: query.get("encryption") === encryptedValue,
    tag: (query.get("tag") ?? "").slice(0, 40),
  };
}

export const isFiltered = ({ search, type, status, encryptedOnly, tag }: HistoryFilter): boolean =>
  Boolean(search || type || status || encryptedOnly || tag);

/** What to ask for backups; null when none can fit. */
export function backupsOf(projectId: string, filter: HistoryFilter): BackupFilter | null {
  const { search, type, status, encryptedOnly, tag } = filter;
  if (status === "failed" || status === "cancelled") return null;
  return {
    projectId,
    ...(search && { search }),
    ...(type && { type }),
    ...(status && { status }),
    ...(encryptedOnly && { encryptedOnly }),
    ...(tag && { tag }),
  };
}

/** What to ask for exports that left no backup; null when none can fit: they have no file, no type and no tag. */
export function failuresOf(projectId: string, { search, type, status, encryptedOnly, tag }: HistoryFilter) {
  if (search || type || encryptedOnly || tag) return null;
  const kind = "export_backup" as const;
  if (status === "failed" || status === "cancelled") return { projectId, kind, status: [status] };
  return status ? null : { projectId, kind, status: ["failed" as const, "cancelled" as const] };
}
