import type { Metadata } from "next";
import { ProjectList } from "@/app/project/project-list";
import { Hydrate } from "@/app/trpc/hydrate";
import { currentUser, getQueryClient, prefetch, trpc } from "@/app/trpc/server";

export const metadata: Metadata = { title: "Projects" };

export default async function ProjectsPage() {
  const client = getQueryClient();
  const isAdmin = (await currentUser())?.role === "admin";
  await prefetch(
    client.query(trpc.project.list.queryOptions()),
    // Its dialogs choose one of them.
    ...(isAdmin ? [client.query(trpc.database.list.queryOptions())] : []),
  );
  return (
    <Hydrate>
      <ProjectList />
    </Hydrate>
  );
}
