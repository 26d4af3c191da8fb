import type { Metadata } from "next";
import { DatabaseList } from "@/app/database/database-list";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";

export const metadata: Metadata = { title: "Databases" };

export default async function DatabasesPage() {
  await prefetch(getQueryClient().query(trpc.database.list.queryOptions()));
  return (
    <Hydrate>
      <DatabaseList />
    </Hydrate>
  );
}
