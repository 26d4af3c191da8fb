"use client";

import { planWords } from "@/app/cleanup/cleanup-words";
import { PlanTable } from "@/app/cleanup/plan-table";
import type { Cleanup } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { plural } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";

type Props = {
  plan: Cleanup;
  /** The backups have changed since another plan was agreed to. */
  isOther: boolean;
  namesProjects: boolean;
  change: { isPending: boolean; error: unknown };
  onBack: () => void;
  onConfirm: () => void;
  onClose: () => void;
};

/** What would go and what would stay, each with its reasons, and the question whether to do it. */
export function CleanupPlan({ plan, isOther, namesProjects, change, onBack, onConfirm, onClose }: Props) {
  const going = plan.deleted.length;
  const backups = [...plan.deleted, ...plan.kept];
  return (
    <>
      <DialogBody>
        {Boolean(change.error) && <ErrorState title="The backups could not be deleted" error={change.error} />}
        {isOther && !change.isPending && (
          <Notice tone="warn" title="The backups have changed since you looked" role="alert">
            Nothing was deleted. This is what would go now.
          </Notice>
        )}
        <p role="status" className="font-medium tabular-nums">
          {planWords(plan)}
        </p>
        {backups.length > 0 && <PlanTable backups={backups} namesProjects={namesProjects} />}
      </DialogBody>
      <DialogActions>
        <Button onClick={onBack}>Change rules</Button>
        {going === 0 ? (
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        ) : (
          <Button variant="danger" pending={change.isPending} onClick={onConfirm}>
            Delete {plural(going, "backup")}
          </Button>
        )}
      </DialogActions>
    </>
  );
}
