"use client";

import { useQuery } from "@tanstack/react-query";
import { BackupHeader } from "@/app/backup/backup-header";
import { BackupSkeleton } from "@/app/backup/backup-skeleton";
import { FallNotice } from "@/app/backup/fall-notice";
import { ManifestLists } from "@/app/backup/manifest-lists";
import { ManifestTables } from "@/app/backup/manifest-tables";
import { RestoreSection } from "@/app/backup/restore-section";
import { CopiesSection } from "@/app/copy/copies-section";
import { ProofSection } from "@/app/proof/proof-section";
import { useTRPC } from "@/app/trpc/client";
import { ErrorState } from "@/app/ui/error-state";

/** All there is to know about one backup. */
export function BackupPage({ backupId }: { backupId: string }) {
  const trpc = useTRPC();
  const { data: backup, error, refetch, isFetching } = useQuery(trpc.backup.get.queryOptions({ backupId }));
  if (!backup) {
    if (!error) return <BackupSkeleton />;
    return <ErrorState title="The backup could not be read" error={error} onRetry={refetch} retrying={isFetching} />;
  }
  return (
    <>
      <BackupHeader backup={backup} />
      {backup.fall && <FallNotice fall={backup.fall} />}
      <ProofSection backup={backup} canVerify={backup.permissions.includes("export")} />
      <CopiesSection backup={backup} />
      <RestoreSection backup={backup} />
      <ManifestTables tables={backup.manifest.tables} backup={backup} />
      <ManifestLists manifest={backup.manifest} />
    </>
  );
}
