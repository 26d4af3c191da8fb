import "server-only";
import { getQueryClient, trpc } from "@/app/trpc/server";

/** The name of a project for the title of a page; its slug when the name cannot be read. */
export async function projectTitle(slug: string): Promise<string> {
  try {
    return (await getQueryClient().query(trpc.project.get.queryOptions({ projectId: slug }))).name;
  } catch {
    return slug;
  }
}
