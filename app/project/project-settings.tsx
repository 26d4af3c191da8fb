"use client";

import { useQuery } from "@tanstack/react-query";
import { RenameForm } from "@/app/project/rename-form";
import { useTRPC } from "@/app/trpc/client";
import { AbsoluteTime } from "@/app/ui/absolute-time";
import { CopyLine } from "@/app/ui/copy-line";
import { Facts } from "@/app/ui/facts";
import { Section } from "@/app/ui/section";
import { SkeletonRows } from "@/app/ui/skeleton";

export function ProjectSettings({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const { data: project, error } = useQuery(trpc.project.get.queryOptions({ projectId: slug }));
  // The header above tells about an error.
  if (!project) return error ? null : <SkeletonRows rows={4} label="Loading settings" />;
  return (
    <div className="flex max-w-2xl flex-col gap-8">
      {project.permissions.includes("manage") && (
        <Section title="Name">
          <RenameForm key={project.name} project={project} />
        </Section>
      )}
      <Section title="Where it lives">
        <Facts
          facts={[
            ["Database", project.databaseName],
            ["Schema", <CopyLine key="schema" label="schema" text={project.schemaName} />],
            ["Slug", <CopyLine key="slug" label="slug" text={project.slug} />],
            ["Project id", <CopyLine key="id" label="project id" text={project.id} />],
            ["Added", <AbsoluteTime key="added" time={project.createdAt} />],
          ]}
        />
      </Section>
    </div>
  );
}
