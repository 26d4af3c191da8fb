import type { BackupStatus } from "@/app/trpc/types";
import { CopyLine } from "@/app/ui/copy-line";
import { FigureRow } from "@/app/ui/figure-row";
import { formatBytes, formatCount } from "@/app/ui/format";
import { RelativeTime } from "@/app/ui/relative-time";

/** How it stands with backups now, whatever the period. */
export function StatusBlock({ status }: { status: BackupStatus }) {
  const { enabled, lastBackupAt, storagePath, storageBytes, backupCount, verifiedCount, brokenCount } = status;
  return (
    <div className="flex flex-col gap-3">
      <FigureRow
        figures={[
          { name: "Exports", value: enabled ? "Enabled" : "Disabled" },
          { name: "Last good backup", value: lastBackupAt ? <RelativeTime time={lastBackupAt} /> : "None" },
          { name: "Storage used", value: formatBytes(storageBytes) },
          { name: "Backups", value: formatCount(backupCount) },
          { name: "Verified", value: formatCount(verifiedCount) },
          { name: "Without a whole file", value: formatCount(brokenCount), isBad: brokenCount > 0 },
        ]}
      />
      {storagePath && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-muted text-sm">
          Kept in
          <div className="min-w-0 max-w-full text-text">
            <CopyLine label="storage path" text={storagePath} />
          </div>
        </div>
      )}
    </div>
  );
}
