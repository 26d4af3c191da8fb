"use client";

import { Download } from "lucide-react";
import { keyFileName, keyFileText, saveText } from "@/app/encryption/key-file";
import type { MadeKey } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { CopyLine } from "@/app/ui/copy-line";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { Notice } from "@/app/ui/notice";

type Props = { made: MadeKey & { identity: string }; onClose: () => void };

/** The secret key, this once. */
export function MadeKeyView({ made, onClose }: Props) {
  const file = keyFileName(made.name);
  return (
    <>
      <DialogBody>
        <Notice tone="warn" role="status" title="Copy or download it now.">
          {made.isKept
            ? "Coffer keeps it too, but never shows it again. If this installation is lost, only your copy opens the backups."
            : "It is not kept, so Coffer cannot show it again. Without it nobody can open the backups that are made for it."}
        </Notice>
        <CopyLine label="secret key" text={made.identity} wraps />
        <p>
          Backups are opened with <code className="font-mono text-xs">age -d -i {file}</code>. Each backup shows its own
          command.
        </p>
      </DialogBody>
      <DialogActions>
        <Button icon={<Download aria-hidden className="size-4" />} onClick={() => saveText(file, keyFileText(made))}>
          Download key file
        </Button>
        <Button variant="primary" onClick={onClose}>
          I have kept it
        </Button>
      </DialogActions>
    </>
  );
}
