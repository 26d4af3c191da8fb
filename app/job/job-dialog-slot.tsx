"use client";

import dynamic from "next/dynamic";
import { useOpenJobId } from "@/app/job/job-address";

const JobDialog = dynamic(() => import("@/app/job/job-dialog").then((module) => module.JobDialog), { ssr: false });

/** The dialog of the job that the address names, on any page. */
export function JobDialogSlot() {
  const jobId = useOpenJobId();
  return jobId && <JobDialog key={jobId} jobId={jobId} />;
}
