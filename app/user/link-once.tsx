import type { ReactNode } from "react";
import type { OneTimeLink } from "@/app/trpc/types";
import { AbsoluteTime } from "@/app/ui/absolute-time";
import { Button } from "@/app/ui/button";
import { CopyLine } from "@/app/ui/copy-line";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { Notice } from "@/app/ui/notice";

type Props = { link: OneTimeLink; name: string; onClose: () => void; children?: ReactNode };

/** The inside of a dialog that shows a one-time link. It is in no other answer. */
export function LinkOnce({ link, name, onClose, children }: Props) {
  return (
    <>
      <DialogBody>
        <Notice tone="warn" role="status">
          Copy it now, and pass it to {name} yourself. It is not kept, so Coffer cannot show it again.
        </Notice>
        <CopyLine label="link" text={link.url} wraps />
        <p>
          It works once, and ends <AbsoluteTime time={link.expiresAt} ahead />.
        </p>
        {children}
      </DialogBody>
      <DialogActions>
        <Button variant="primary" onClick={onClose}>
          I have copied it
        </Button>
      </DialogActions>
    </>
  );
}
