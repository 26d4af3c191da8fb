import type { Metadata } from "next";
import { afterPage } from "@/app/job/job-queries";
import { deliveryPage, statusIn } from "@/app/notification/delivery-filter";
import { NotificationPage } from "@/app/notification/notification-page";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";
import { type PageQuery, queryOf } from "@/app/ui/page-query";

export const metadata: Metadata = { title: "Notifications" };

export default async function NotificationsPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const status = statusIn(queryOf(await searchParams).get("status"));
  const client = getQueryClient();
  await prefetch(
    client.query(trpc.notification.channels.queryOptions()),
    client.query(trpc.notification.setup.queryOptions()),
    client.infiniteQuery(trpc.notification.deliveries.infiniteQueryOptions(deliveryPage(status), afterPage)),
  );
  return (
    <Hydrate>
      <NotificationPage />
    </Hydrate>
  );
}
