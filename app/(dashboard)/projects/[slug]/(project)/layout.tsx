import type { ReactNode } from "react";
import { ProjectHeader } from "@/app/project/project-header";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetchSubject, trpc } from "@/app/trpc/server";

type Props = { params: Promise<{ slug: string }>; children: ReactNode };

export default async function ProjectLayout({ params, children }: Props) {
  const { slug } = await params;
  await prefetchSubject(getQueryClient().query(trpc.project.get.queryOptions({ projectId: slug })));
  return (
    <Hydrate>
      <ProjectHeader slug={slug} />
      {children}
    </Hydrate>
  );
}
