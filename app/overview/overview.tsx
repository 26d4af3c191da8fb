"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { RunningJobs } from "@/app/job/running-jobs";
import { Attention } from "@/app/overview/attention";
import { Figures } from "@/app/overview/figures";
import { FreshnessTable } from "@/app/overview/freshness-table";
import { NextRuns } from "@/app/overview/next-runs";
import { AddProjectButton } from "@/app/project/add-project-button";
import { useTRPC } from "@/app/trpc/client";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { PageHeader } from "@/app/ui/page-header";
import { Section } from "@/app/ui/section";
import { SkeletonRows } from "@/app/ui/skeleton";
import { useCurrentUser } from "@/app/user/current-user";

/** In ms. What is short and ends between two looks at the running jobs shows all the same. */
const refetchInterval = 30_000;

/** What went wrong comes first, then what runs, then how everything stands. */
export function Overview() {
  const trpc = useTRPC();
  const isAdmin = useCurrentUser().role === "admin";
  const {
    data: projects,
    error,
    refetch,
    isFetching,
  } = useQuery(trpc.project.list.queryOptions(undefined, { refetchInterval }));
  const forAdmins = { enabled: isAdmin, refetchInterval };
  const databases = useQuery(trpc.database.list.queryOptions(undefined, forAdmins));
  const destinations = useQuery(trpc.destination.list.queryOptions(undefined, forAdmins));
  const lost = useQuery(trpc.copy.lost.queryOptions(undefined, { refetchInterval }));
  // What needs attention stands above everything else, and would push it down when it comes late.
  const isReady = projects && ![databases, destinations, lost].some(({ isLoading }) => isLoading);
  return (
    <>
      <PageHeader title="Overview" />
      {error && !projects && (
        <ErrorState title="The projects could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      )}
      {!error && !isReady && <SkeletonRows label="Loading projects" />}
      {isReady && (
        <Attention
          projects={projects}
          databases={databases.data ?? []}
          destinations={destinations.data ?? []}
          lost={lost.data}
        />
      )}
      {isReady && projects.length === 0 && (
        <EmptyState action={isAdmin && <AddProjectButton />}>
          {isAdmin
            ? "There are no projects yet. Pick a database and the schemas of your tenants."
            : "You are not a member of any project yet. Ask an administrator to add you."}
        </EmptyState>
      )}
      {isReady && projects.length > 0 && (
        <>
          <Figures projects={projects} />
          <Section title="Running now" aside={<Link href="/activity">All activity</Link>}>
            <RunningJobs
              emptyText={isAdmin ? "Nothing runs at the moment." : "None of your jobs runs at the moment."}
            />
          </Section>
          <NextRuns />
          <Section title="Last good backup">
            <FreshnessTable projects={projects} />
          </Section>
        </>
      )}
    </>
  );
}
