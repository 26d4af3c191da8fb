"use client";

import Link from "next/link";
import { closeJob } from "@/app/job/job-address";
import type { Job } from "@/app/trpc/types";
import { Button, buttonClass } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { plural } from "@/app/ui/format";
import { StatusMark } from "@/app/ui/status-mark";

/** The project that was made of an uploaded dump. */
export function ImportFinished({ job }: { job: Job }) {
  return (
    <>
      <DialogBody>
        <StatusMark tone="good" className="font-medium text-lg">
          {job.projectName} is there
        </StatusMark>
        <p>
          {plural(job.rowsDone, "row")} in {plural(job.tablesDone, "table")} came out of the dump. The uploaded file is
          gone; make a backup of the project to keep it.
        </p>
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
