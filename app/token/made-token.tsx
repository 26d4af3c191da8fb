"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { exportCommand, jobsCommand } from "@/app/token/token-commands";
import { useTRPC } from "@/app/trpc/client";
import type { MadeToken } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { CopyLine } from "@/app/ui/copy-line";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { Notice } from "@/app/ui/notice";

/** The token, this once, and what can be done with it right away. */
export function MadeTokenView({ made, onClose }: { made: MadeToken; onClose: () => void }) {
  const trpc = useTRPC();
  const projects = useQuery(trpc.project.list.queryOptions());
  const slug = projects.data?.find((project) => project.canExport)?.slug ?? "your-project";
  const use = { origin: window.location.origin, token: made.token, slug };
  return (
    <>
      <DialogBody>
        <Notice tone="warn" role="status">
          Copy it now. It is not kept, so Coffer cannot show it again.
        </Notice>
        <CopyLine label="token" text={made.token} wraps />
        {made.scopes.includes("export") && (
          <Command title="Start an export">
            <CopyLine label="command that starts an export" text={exportCommand(use)} wraps />
          </Command>
        )}
        {made.scopes.includes("read") && (
          <Command title="Read your jobs">
            <CopyLine label="command that reads jobs" text={jobsCommand(use)} wraps />
          </Command>
        )}
      </DialogBody>
      <DialogActions>
        <Button variant="primary" onClick={onClose}>
          I have copied it
        </Button>
      </DialogActions>
    </>
  );
}

function Command({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <h3 className="font-medium text-sm">{title}</h3>
      {children}
    </div>
  );
}
