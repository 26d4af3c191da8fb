import type { Metadata } from "next";
import { ProjectList } from "@/app/project/project-list";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";

export const metadata: Metadata = { title: "Projects" };

export default async function ProjectsPage() {
  await prefetch(getQueryClient().query(trpc.project.list.queryOptions()));
  return (
    <Hydrate>
      <ProjectList />
    </Hydrate>
  );
}
