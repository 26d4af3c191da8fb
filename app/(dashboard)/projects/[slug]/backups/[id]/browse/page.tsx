import type { Metadata } from "next";
import { BrowsePage } from "@/app/browse/browse-page";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";

export const metadata: Metadata = { title: "Browse a backup" };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await prefetch(getQueryClient().query(trpc.browse.listing.queryOptions({ backupId: id })));
  return (
    <Hydrate>
      <BrowsePage backupId={id} />
    </Hydrate>
  );
}
