import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DatabaseList } from "@/app/database/database-list";
import { Hydrate } from "@/app/trpc/hydrate";
import { currentUser, getQueryClient, prefetch, trpc } from "@/app/trpc/server";

export const metadata: Metadata = { title: "Databases" };

export default async function DatabasesPage() {
  const user = await currentUser();
  if (user && user.role !== "admin") notFound();
  await prefetch(getQueryClient().query(trpc.database.list.queryOptions()));
  return (
    <Hydrate>
      <DatabaseList />
    </Hydrate>
  );
}
