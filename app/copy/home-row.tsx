"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import type { BackupCopy, BackupDetails } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { closeWith } from "@/app/ui/close-with";
import { ConfirmDialog } from "@/app/ui/confirm-dialog";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Row } from "@/app/ui/table";

type Props = { backup: BackupDetails; copies: BackupCopy[]; canManage: boolean };

/** The file in the backup folder. */
export function HomeRow({ backup, copies, canManage }: Props) {
  const isElsewhere = copies.some(({ status }) => status === "stored");
  return (
    <Row>
      <Cell className="w-full max-w-0 py-1 md:w-1/3">
        <span className="block truncate font-medium">Backup folder</span>
        <span title={backup.storagePath} className="block truncate font-mono text-muted text-xs">
          {backup.storagePath}
        </span>
      </Cell>
      <Cell>
        <State backup={backup} />
      </Cell>
      <Cell from="md">{backup.checkedAt && !backup.movedAt ? <RelativeTime time={backup.checkedAt} /> : "–"}</Cell>
      <Cell from="lg">–</Cell>
      <Cell numeric>{canManage && isElsewhere && !backup.movedAt && <GiveUpButton backup={backup} />}</Cell>
    </Row>
  );
}

function State({ backup: { movedAt, status } }: { backup: BackupDetails }) {
  if (movedAt)
    return (
      <StatusMark tone="ended">
        Moved away
        <span className="max-md:hidden">
          {" "}
          <RelativeTime time={movedAt} />
        </span>
      </StatusMark>
    );
  if (status === "missing") return <StatusMark tone="bad">Missing</StatusMark>;
  if (status === "corrupt") return <StatusMark tone="bad">Damaged</StatusMark>;
  return <StatusMark tone="good">Stored</StatusMark>;
}

function GiveUpButton({ backup }: { backup: BackupDetails }) {
  const trpc = useTRPC();
  const [asks, setAsks] = useState(false);
  const giveUp = useMutation(
    trpc.copy.giveUpHome.mutationOptions(
      closeWith(
        () => setAsks(false),
        () => "The file is gone from the backup folder. Its copies stay.",
      ),
    ),
  );
  return (
    <>
      <Button size="sm" aria-haspopup="dialog" onClick={() => setAsks(true)}>
        Remove here
      </Button>
      {asks && (
        <ConfirmDialog
          title="Remove the file here?"
          keep="Keep file"
          action="Remove file"
          change={giveUp}
          failed="The file could not be removed"
          onConfirm={() => giveUp.mutate({ backupId: backup.id })}
          onClose={() => setAsks(false)}
        >
          <p>
            The backup is then kept by its copies alone. Downloads, proofs and restores fetch it from there, which takes
            longer.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
