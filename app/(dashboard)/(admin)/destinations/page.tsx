import type { Metadata } from "next";
import { DestinationList } from "@/app/destination/destination-list";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";

export const metadata: Metadata = { title: "Destinations" };

export default async function DestinationsPage() {
  await prefetch(getQueryClient().query(trpc.destination.list.queryOptions()));
  return (
    <Hydrate>
      <DestinationList />
    </Hydrate>
  );
}
