"use client";

import { useQuery } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { MissingPermission } from "@/app/data/missing-permission";
import { RunningJobs } from "@/app/job/running-jobs";
import { useTRPC } from "@/app/trpc/client";
import { alone } from "@/app/trpc/links";
import { buttonClass } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { plural } from "@/app/ui/format";
import { Loaded } from "@/app/ui/loaded";
import { Section } from "@/app/ui/section";
import { SkeletonRows } from "@/app/ui/skeleton";

const ExportForm = dynamic(() => import("@/app/data/export-form").then((module) => module.ExportForm), {
  ssr: false,
  loading: () => <SkeletonRows rows={8} label="Loading the form" />,
});

/** The rows of a project: out of its tables and into them. */
export function DataPage({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const { data: project, error } = useQuery(trpc.project.get.queryOptions({ projectId: slug }));
  // The header above tells about an error.
  if (!project) return error ? null : <SkeletonRows rows={8} label="Loading the project" />;
  const can = (permission: "export" | "import") => project.permissions.includes(permission);
  return (
    <>
      <RunningJobs projectId={slug} />
      <div className="flex flex-col gap-8">
        <Section title="Import rows">
          {can("import") ? <ImportStart slug={slug} /> : <MissingPermission permission="import" />}
        </Section>
        {can("export") ? (
          <ExportRows slug={slug} />
        ) : (
          <Section title="Export rows">
            <MissingPermission permission="export" />
          </Section>
        )}
      </div>
    </>
  );
}

function ImportStart({ slug }: { slug: string }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 rounded border border-line px-4 py-3">
      <p className="max-w-2xl text-muted">
        CSV, JSON or NDJSON into the project's tables. A dry run shows what would become of every row before anything
        changes, and the import is all or nothing.
      </p>
      <Link href={`/projects/${slug}/data/import`} className={buttonClass({ variant: "primary" })}>
        <FileUp aria-hidden className="size-4" />
        Import rows
      </Link>
    </div>
  );
}

function ExportRows({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.data.tables.queryOptions({ projectId: slug }, { trpc: alone }));
  return (
    <Section title="Export rows" aside={query.data && plural(query.data.length, "table")}>
      <Loaded query={query} rows={8} loading="Loading tables" failed="The tables could not be read">
        {(tables) =>
          tables.length === 0 ? (
            <EmptyState>The schema has no tables, so there are no rows to export. An import needs one, too.</EmptyState>
          ) : (
            // Another set of tables is chosen anew.
            <ExportForm key={tables.map(({ name }) => name).join("/")} slug={slug} tables={tables} />
          )
        }
      </Loaded>
    </Section>
  );
}
