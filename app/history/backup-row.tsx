"use client";

import { Download } from "lucide-react";
import Link from "next/link";
import { BackupMenu } from "@/app/backup/backup-menu";
import { backupLooks } from "@/app/backup/backup-words";
import { EncryptedMark } from "@/app/backup/encrypted-mark";
import { FallMark } from "@/app/backup/fall-mark";
import { PinnedMark } from "@/app/backup/pinned-mark";
import { useBackupActions } from "@/app/backup/use-backup-actions";
import type { Backup } from "@/app/trpc/types";
import { IconButton } from "@/app/ui/button";
import { formatBytes, formatCount, formatDuration } from "@/app/ui/format";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Row } from "@/app/ui/table";

type Props = { backup: Backup; canManage: boolean; onTag: (tag: string) => void };

export function BackupRow({ backup, canManage, onTag }: Props) {
  const actions = useBackupActions(backup);
  const { tone, word } = backupLooks[backup.status];
  return (
    <Row>
      <Cell className="max-w-0 w-3/5">
        <div className="flex min-w-0 items-center gap-2">
          <Link
            href={`/projects/${backup.projectSlug}/backups/${backup.id}`}
            prefetch={false}
            title={backup.description ?? undefined}
            className="min-w-0 truncate font-mono text-xs hover:underline"
          >
            {backup.filename}
          </Link>
          {backup.pinnedAt && <PinnedMark isTight />}
          {backup.fall && <FallMark fall={backup.fall} />}
          {backup.encrypted && <EncryptedMark />}
          {backup.status !== "available" && <StatusMark tone={tone}>{word}</StatusMark>}
          {backup.tags.map((tag) => (
            <TagButton key={tag} tag={tag} onTag={onTag} />
          ))}
          {backup.description && (
            <span className="min-w-0 flex-1 truncate text-muted max-lg:hidden">{backup.description}</span>
          )}
        </div>
      </Cell>
      <Cell>
        <RelativeTime time={backup.createdAt} />
      </Cell>
      <Cell numeric from="md">
        {formatBytes(backup.sizeBytes)}
      </Cell>
      <Cell numeric from="lg">
        {formatCount(backup.rowCount)}
      </Cell>
      <Cell numeric from="lg">
        {formatDuration(backup.durationMs)}
      </Cell>
      <Cell numeric className="w-20">
        <span className="inline-flex">
          <IconButton
            size="sm"
            label={`Download ${backup.filename}`}
            onClick={actions.download}
            className="max-md:hidden"
          >
            <Download aria-hidden className="size-4" />
          </IconButton>
          <BackupMenu size="sm" backup={backup} canManage={canManage} actions={actions.menu} />
        </span>
      </Cell>
    </Row>
  );
}

function TagButton({ tag, onTag }: { tag: string; onTag: (tag: string) => void }) {
  return (
    <button
      type="button"
      title={`Show only backups with the tag ${tag}`}
      onClick={() => onTag(tag)}
      className="inline-flex h-5 max-w-32 shrink-0 items-center truncate rounded-sm border border-line px-1.5 text-muted text-xs hover:border-line-strong hover:text-text max-lg:hidden"
    >
      {tag}
    </button>
  );
}
