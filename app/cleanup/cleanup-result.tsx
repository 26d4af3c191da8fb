import { missedWords } from "@/app/cleanup/cleanup-words";
import type { Cleanup } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { formatBytes, plural } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";
import { StatusMark } from "@/app/ui/status-mark";

type Props = { done: Cleanup; planned: number; onClose: () => void };

export function CleanupResult({ done, planned, onClose }: Props) {
  const missed = missedWords(planned, done.deleted.length);
  return (
    <>
      <DialogBody>
        <div role="status" className="flex flex-col gap-1">
          <StatusMark tone="good" className="font-medium text-lg">
            {plural(done.deleted.length, "backup")} deleted
          </StatusMark>
          <p className="tabular-nums">
            {formatBytes(done.freedBytes)} freed. {plural(done.kept.length, "backup")} kept. The audit names each one
            that went, with its reasons.
          </p>
        </div>
        {missed && <Notice>{missed}</Notice>}
      </DialogBody>
      <DialogActions>
        <Button variant="primary" onClick={onClose}>
          Close
        </Button>
      </DialogActions>
    </>
  );
}
