"use client";

import { RotateCw } from "lucide-react";
import Link from "next/link";
import { JobLink } from "@/app/job/job-link";
import { useRetry } from "@/app/job/use-retry";
import type { Project } from "@/app/trpc/types";
import { Button, buttonClass } from "@/app/ui/button";
import { RelativeTime } from "@/app/ui/relative-time";
import { Section } from "@/app/ui/section";
import { StatusMark } from "@/app/ui/status-mark";

/** Failures that nothing good has followed yet, each with its cause and the way on. */
export function Attention({ projects }: { projects: Project[] }) {
  const failed = projects.filter((project) => project.lastExport?.status === "failed");
  if (failed.length === 0) return null;
  return (
    <Section title="Needs attention">
      <ul className="rounded border border-bad bg-bad-soft">
        {failed.map((project) => (
          <FailedProject key={project.id} project={project} />
        ))}
      </ul>
    </Section>
  );
}

function FailedProject({ project }: { project: Project }) {
  const { retry, isPending } = useRetry();
  const job = project.lastExport;
  if (!job) return null;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-bad/25 border-b px-3 py-2 last:border-b-0">
      <div className="min-w-0 flex-1 basis-72">
        <div className="flex flex-wrap items-center gap-x-2">
          <StatusMark tone="bad" className="font-medium">
            Export failed
          </StatusMark>
          <Link href={`/projects/${project.slug}`} prefetch={false} className="font-medium hover:underline">
            {project.name}
          </Link>
          <span className="text-muted text-sm">
            <RelativeTime time={job.finishedAt} />
          </span>
        </div>
        <p className="break-words text-sm">{job.errorMessage}</p>
      </div>
      <div className="flex gap-2">
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
      </div>
    </li>
  );
}
