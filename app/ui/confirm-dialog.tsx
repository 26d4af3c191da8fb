"use client";

import type { ReactNode } from "react";
import { Button } from "@/app/ui/button";
import { Dialog, DialogActions, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";

type Props = {
  title: string;
  /** What the button says that changes nothing. The focus starts there. */
  keep: string;
  /** What the button says that does it; without it there is none, since something stands in the way. */
  action?: string | undefined;
  variant?: "danger" | "primary";
  change: { isPending: boolean; error: unknown };
  /** What to say above the cause when it did not work. */
  failed: string;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
};

/** Asks once before something that somebody would regret. */
export function ConfirmDialog(props: Props) {
  const { title, keep, action, variant = "danger", change, failed, onConfirm, onClose, children } = props;
  return (
    <Dialog title={title} width="sm" role="alertdialog" onClose={onClose}>
      <DialogBody>
        {Boolean(change.error) && <ErrorState title={failed} error={change.error} />}
        {children}
      </DialogBody>
      <DialogActions>
        <Button data-autofocus onClick={onClose}>
          {keep}
        </Button>
        {action !== undefined && (
          <Button variant={variant} pending={change.isPending} onClick={onConfirm}>
            {action}
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}
