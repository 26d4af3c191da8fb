"use client";

import { useMutation } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { copyLooks } from "@/app/copy/copy-words";
import { RemoveCopy } from "@/app/copy/remove-copy";
import { openJob } from "@/app/job/job-address";
import { useTRPC } from "@/app/trpc/client";
import type { BackupCopy, BackupDetails } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { Menu, type MenuAction } from "@/app/ui/menu";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Row } from "@/app/ui/table";

type Props = { backup: BackupDetails; copy: BackupCopy; canManage: boolean };

export function CopyRow({ backup, copy, canManage }: Props) {
  const { tone, word } = copyLooks[copy.status];
  const isRunning = copy.status === "pending" && copy.progressPercentage !== null;
  return (
    <>
      <Row>
        <Cell className="w-full max-w-0 py-1 md:w-1/3">
          <span className="block truncate font-medium">{copy.destinationName}</span>
          <span title={copy.name} className="block truncate font-mono text-muted text-xs">
            {copy.name}
          </span>
        </Cell>
        <Cell>
          <StatusMark tone={tone}>
            {word}
            {isRunning && `, ${Math.floor(copy.progressPercentage ?? 0)} %`}
          </StatusMark>
        </Cell>
        <Cell from="md">{copy.checkedAt ? <RelativeTime time={copy.checkedAt} /> : "–"}</Cell>
        <Cell from="lg">{copy.verifiedAt ? <RelativeTime time={copy.verifiedAt} /> : "–"}</Cell>
        <Cell numeric>{canManage && <CopyActions backup={backup} copy={copy} />}</Cell>
      </Row>
      {copy.problem && (
        <Row>
          <Cell colSpan={5} className="py-1 text-bad">
            {copy.problem}
          </Cell>
        </Row>
      )}
    </>
  );
}

function CopyActions({ backup, copy }: Omit<Props, "canManage">) {
  const trpc = useTRPC();
  const [removes, setRemoves] = useState(false);
  const opens = { onSuccess: ({ jobId }: { jobId: string }) => openJob(jobId) };
  const start = useMutation(trpc.copy.start.mutationOptions(opens));
  const verify = useMutation(trpc.copy.verify.mutationOptions(opens));
  const fetch = useMutation(trpc.copy.fetch.mutationOptions(opens));
  const link = useMutation(
    trpc.copy.createLink.mutationOptions({
      meta: { changesNothing: true },
      onSuccess: ({ url }) => {
        if (url) window.location.assign(url);
      },
    }),
  );
  const { destinationId, jobId, status, destinationName, kind } = copy;
  const place = { backupId: backup.id, destinationId };
  const isHome = !backup.movedAt && backup.status === "available";
  const actions: MenuAction[] = [
    ...(status === "stored" ? [{ label: "Read back and check", onSelect: () => verify.mutate(place) }] : []),
    ...(status === "stored" && !isHome ? [{ label: "Bring back here", onSelect: () => fetch.mutate(place) }] : []),
    // Others give no address of their own.
    ...(status === "stored" && kind === "s3"
      ? [{ label: "Download from there", onSelect: () => link.mutate(place) }]
      : []),
    ...(jobId ? [{ label: "Show its job", onSelect: () => openJob(jobId) }] : []),
    ...(status === "pending" ? [] : [{ label: "Remove copy", onSelect: () => setRemoves(true) }]),
  ];
  const isLost = status === "failed" || status === "missing" || status === "corrupt";
  return (
    <span className="inline-flex items-center gap-1">
      {isLost && (
        <Button size="sm" pending={start.isPending} onClick={() => start.mutate(place)}>
          Copy again<span className="sr-only"> to {destinationName}</span>
        </Button>
      )}
      <Menu
        label={`Actions for the copy at ${destinationName}`}
        trigger={
          <Button
            size="sm"
            variant="ghost"
            aria-label={`More actions for the copy at ${destinationName}`}
            icon={<Ellipsis aria-hidden className="size-4" />}
          />
        }
        actions={actions}
      />
      {removes && <RemoveCopy backup={backup} copy={copy} onClose={() => setRemoves(false)} />}
    </span>
  );
}
