"use client";

import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { ImportButton } from "@/app/dump/import-button";
import { AddProjectButton } from "@/app/project/add-project-button";
import { ProjectTable } from "@/app/project/project-table";
import { matches } from "@/app/project/sort-projects";
import { useTRPC } from "@/app/trpc/client";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { plural } from "@/app/ui/format";
import { PageHeader } from "@/app/ui/page-header";
import { useQueryState } from "@/app/ui/query-state";
import { SearchField } from "@/app/ui/search-field";
import { SkeletonRows } from "@/app/ui/skeleton";
import { useCurrentUser } from "@/app/user/current-user";

export function ProjectList() {
  const trpc = useTRPC();
  const isAdmin = useCurrentUser().role === "admin";
  const { data: projects, error, refetch, isFetching } = useQuery(trpc.project.list.queryOptions());
  const [query, setQuery] = useQueryState();
  const search = query.get("q") ?? "";
  const onSearch = useCallback((text: string) => setQuery({ q: text }), [setQuery]);
  const found = projects?.filter((project) => matches(project, search));
  return (
    <>
      <PageHeader title="Projects" actions={isAdmin && <NewProject />} />
      <div className="flex flex-col gap-3">
        <div className="flex items-center justify-between gap-4">
          <SearchField label="Search projects" value={search} onChange={onSearch} className="w-72 max-md:w-full" />
          {found && <p className="text-muted text-sm tabular-nums max-md:hidden">{plural(found.length, "project")}</p>}
        </div>
        {error && !projects && (
          <ErrorState title="The projects could not be read" error={error} onRetry={refetch} retrying={isFetching} />
        )}
        {!error && !projects && <SkeletonRows rows={8} label="Loading projects" />}
        {projects?.length === 0 && (
          <EmptyState action={isAdmin && <NewProject />}>
            {isAdmin
              ? "There are no projects yet. Pick a database and the schemas of your tenants."
              : "You are not a member of any project yet. Ask an administrator to add you."}
          </EmptyState>
        )}
        {projects && projects.length > 0 && found?.length === 0 && (
          <EmptyState action={<Button onClick={() => setQuery({ q: "" })}>Clear filters</Button>}>
            No project has “{search}” in its name, slug or schema.
          </EmptyState>
        )}
        {found && found.length > 0 && <ProjectTable projects={found} />}
      </div>
    </>
  );
}

/** From a schema that is there, or from a file. */
const NewProject = () => (
  <div className="flex flex-wrap gap-2">
    <ImportButton />
    <AddProjectButton />
  </div>
);
