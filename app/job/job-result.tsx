"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { closeJob } from "@/app/job/job-address";
import { Button, buttonClass } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";

type Props = {
  children: ReactNode;
  actions?: ReactNode;
  /** Where to look at what the job has made, once that is known. */
  open?: { what: string; href: string };
};

/** The end of a job that has done its work. */
export function JobResult({ children, actions, open }: Props) {
  return (
    <>
      <DialogBody>{children}</DialogBody>
      <DialogActions>
        <Button onClick={closeJob}>Close</Button>
        {actions}
        {open && (
          <Link href={open.href} className={buttonClass({ variant: "primary" })}>
            Open {open.what}
          </Link>
        )}
      </DialogActions>
    </>
  );
}
