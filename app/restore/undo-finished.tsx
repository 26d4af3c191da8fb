"use client";

import Link from "next/link";
import { closeJob } from "@/app/job/job-address";
import type { Job } from "@/app/trpc/types";
import { Button, buttonClass } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { StatusMark } from "@/app/ui/status-mark";

export function UndoFinished({ job }: { job: Job }) {
  return (
    <>
      <DialogBody>
        <StatusMark tone="good" className="font-medium text-lg">
          Undone
        </StatusMark>
        <p>The data are as they were before the restore.</p>
      </DialogBody>
      <DialogActions>
        <Button onClick={closeJob}>Close</Button>
        <Link href={`/projects/${job.projectSlug}`} className={buttonClass({ variant: "primary" })}>
          Open project
        </Link>
      </DialogActions>
    </>
  );
}
