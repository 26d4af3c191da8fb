"use client";

import Link from "next/link";
import { JobLink } from "@/app/job/job-link";
import { kindWord, startedBy, statusLooks } from "@/app/job/job-words";
import type { JobSummary } from "@/app/trpc/types";
import { formatDuration, plural } from "@/app/ui/format";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Head, Row, Table } from "@/app/ui/table";
import { useCurrentUser } from "@/app/user/current-user";

export function JobTable({ jobs }: { jobs: JobSummary[] }) {
  return (
    <Table
      label="Jobs"
      head={
        <>
          <Head>Job</Head>
          <Head>Status</Head>
          <Head from="md">What happened</Head>
          <Head from="md">By</Head>
          <Head>Started</Head>
          <Head numeric from="lg">
            Duration
          </Head>
        </>
      }
    >
      {jobs.map((job) => (
        <JobRow key={job.id} job={job} />
      ))}
    </Table>
  );
}

function JobRow({ job }: { job: JobSummary }) {
  const me = useCurrentUser();
  const { tone, word } = statusLooks[job.status];
  return (
    <Row>
      <Cell className="whitespace-nowrap">
        <JobLink jobId={job.id} className="font-medium hover:underline">
          {kindWord(job.kind)}
          <span className="sr-only"> of {job.projectName}</span>
        </JobLink>{" "}
        <span aria-hidden className="text-muted">
          of
        </span>{" "}
        {job.projectId ? (
          <Link href={`/projects/${job.projectSlug}`} prefetch={false} className="hover:underline">
            {job.projectName}
          </Link>
        ) : (
          job.projectName
        )}
      </Cell>
      <Cell>
        <StatusMark tone={tone}>{word}</StatusMark>
      </Cell>
      <Cell from="md" className="max-w-0 w-1/2">
        <span title={whatHappened(job)} className="block truncate text-muted">
          {whatHappened(job)}
        </span>
      </Cell>
      <Cell from="md" className="max-w-32 truncate">
        {startedBy(job, me.id)}
      </Cell>
      <Cell>
        <RelativeTime time={job.createdAt} />
      </Cell>
      <Cell numeric from="lg">
        {durationOf(job)}
      </Cell>
    </Row>
  );
}

function whatHappened(job: JobSummary): string {
  switch (job.status) {
    case "failed":
      return job.errorMessage ?? "";
    case "completed":
      return job.tablesTotal > 0 ? `${plural(job.rowsDone, "row")} in ${plural(job.tablesTotal, "table")}` : "";
    case "in_progress":
      return `${Math.floor(job.progressPercentage)} %, ${job.currentStep ?? ""}`;
    default:
      return job.currentStep ?? "";
  }
}

/** By the server's clock at both ends. */
function durationOf({ startedAt, finishedAt }: JobSummary): string {
  if (!startedAt || !finishedAt) return "–";
  return formatDuration(Date.parse(finishedAt) - Date.parse(startedAt));
}
