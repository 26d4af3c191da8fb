"use client";

import { RotateCw } from "lucide-react";
import { JobLink } from "@/app/job/job-link";
import { useRetry } from "@/app/job/use-retry";
import { AttentionItem, aboutProject } from "@/app/overview/attention-item";
import type { Project } from "@/app/trpc/types";
import { Button, buttonClass } from "@/app/ui/button";

/** A project whose last export has failed, with the cause and the way on. */
export function FailedProject({ project }: { project: Project }) {
  const { retry, isPending } = useRetry();
  const job = project.lastExport;
  if (!job) return null;
  return (
    <AttentionItem
      tone="bad"
      word="Export failed"
      about={aboutProject(project)}
      time={job.finishedAt}
      text={job.errorMessage}
      actions={
        <>
          <JobLink jobId={job.id} className={buttonClass({ size: "sm" })}>
            Details
          </JobLink>
          {project.canExport && (
            <Button
              size="sm"
              variant="primary"
              pending={isPending}
              onClick={() => retry(job.id)}
              icon={<RotateCw aria-hidden className="size-3.5" />}
            >
              Retry
            </Button>
          )}
        </>
      }
    />
  );
}
