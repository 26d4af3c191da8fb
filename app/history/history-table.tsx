import { BackupRow } from "@/app/history/backup-row";
import { FailureRow } from "@/app/history/failure-row";
import type { HistoryEntry } from "@/app/history/merge-history";
import type { Backup, JobSummary } from "@/app/trpc/types";
import { ActionsHead, Head, Table } from "@/app/ui/table";

type Props = {
  entries: HistoryEntry<Backup, JobSummary>[];
  can: { export: boolean; manage: boolean };
  onTag: (tag: string) => void;
};

export function HistoryTable({ entries, can, onTag }: Props) {
  return (
    <Table
      label="Backups"
      head={
        <>
          <Head>Name</Head>
          <Head>Made</Head>
          <Head numeric from="md">
            Size
          </Head>
          <Head numeric from="lg">
            Rows
          </Head>
          <Head numeric from="lg">
            Took
          </Head>
          <ActionsHead />
        </>
      }
    >
      {entries.map((entry) =>
        entry.kind === "backup" ? (
          <BackupRow key={entry.backup.id} backup={entry.backup} canManage={can.manage} onTag={onTag} />
        ) : (
          <FailureRow key={entry.job.id} job={entry.job} mayExport={can.export} />
        ),
      )}
    </Table>
  );
}
