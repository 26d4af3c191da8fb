"use client";

import { Download, GitCompareArrows, Link2, LockKeyhole, LockKeyholeOpen, TableProperties } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useState } from "react";
import { BackupMenu } from "@/app/backup/backup-menu";
import { backupLooks, compressionWords, formatWords, typeWords } from "@/app/backup/backup-words";
import { PinnedMark } from "@/app/backup/pinned-mark";
import { useBackupActions } from "@/app/backup/use-backup-actions";
import { useClone } from "@/app/clone/use-clone";
import { RestoreButton } from "@/app/restore/restore-button";
import type { BackupDetails } from "@/app/trpc/types";
import { Badge } from "@/app/ui/badge";
import { Button, buttonClass } from "@/app/ui/button";
import { formatBytes, formatDuration, plural } from "@/app/ui/format";
import type { MenuAction } from "@/app/ui/menu";
import { PageHeader } from "@/app/ui/page-header";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";

const DecryptDialog = dynamic(() => import("@/app/backup/decrypt-dialog").then((module) => module.DecryptDialog), {
  ssr: false,
});

export function BackupHeader({ backup }: { backup: BackupDetails }) {
  const actions = useBackupActions(backup);
  const cloning = useClone(backup);
  const { tone, word } = backupLooks[backup.status];
  const [isDecrypting, setDecrypting] = useState(false);
  const canManage = backup.permissions.includes("manage");
  const canDecrypt = backup.encrypted && backup.status === "available" && backup.permissions.includes("restore");
  const decrypt: MenuAction = {
    label: "Download decrypted",
    icon: <LockKeyholeOpen className="size-4" />,
    onSelect: () => setDecrypting(true),
  };
  const curl: MenuAction = {
    label: "Copy curl command",
    icon: <Link2 className="size-4" />,
    onSelect: actions.copyCurl,
  };
  const more = [curl, ...(canDecrypt ? [decrypt] : []), ...cloning.actions];
  return (
    <PageHeader
      crumbs={[
        { href: "/projects", label: "Projects" },
        { href: `/projects/${backup.projectSlug}`, label: backup.projectName },
      ]}
      here="Backup"
      title={<span className="break-all font-mono text-lg">{backup.filename}</span>}
      actions={
        <>
          <Link href={`/projects/${backup.projectSlug}/backups/${backup.id}/browse`} className={buttonClass()}>
            <TableProperties aria-hidden className="size-4" />
            Browse
          </Link>
          <Link href={`/projects/${backup.projectSlug}/backups/${backup.id}/compare`} className={buttonClass()}>
            <GitCompareArrows aria-hidden className="size-4" />
            Compare
          </Link>
          {backup.permissions.includes("restore") && <RestoreButton backup={backup} />}
          <Button
            variant="primary"
            icon={<Download aria-hidden className="size-4" />}
            disabled={backup.status !== "available"}
            onClick={actions.download}
          >
            Download
          </Button>
          <BackupMenu backup={backup} canManage={canManage} actions={more} />
          {isDecrypting && <DecryptDialog backup={backup} onClose={() => setDecrypting(false)} />}
          {cloning.dialog}
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-x-5 gap-y-1 text-muted text-sm tabular-nums">
        <StatusMark tone={tone}>{word}</StatusMark>
        <span>
          {typeWords[backup.type]}, made <RelativeTime time={backup.createdAt} /> in {formatDuration(backup.durationMs)}
        </span>
        <span>
          {formatBytes(backup.sizeBytes)} from {formatBytes(backup.originalBytes)}
        </span>
        <span>
          {plural(backup.rowCount, "row")} in {plural(backup.tableCount, "table")}
        </span>
        <span>
          {formatWords[backup.format].name}, {compressionWords[backup.compression].name.toLowerCase()}
          {backup.compression === "none" && " compression"}
        </span>
        {backup.pinnedAt && <PinnedMark />}
        {backup.encrypted && (
          <Badge>
            <LockKeyhole aria-hidden className="mr-1 size-3" />
            Encrypted
          </Badge>
        )}
        {backup.tags.map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
      </div>
      {backup.description && <p className="mt-1 max-w-3xl break-words">{backup.description}</p>}
    </PageHeader>
  );
}
