import type { Metadata } from "next";
import { NotificationPage } from "@/app/notification/notification-page";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";

export const metadata: Metadata = { title: "Notifications" };

export default async function NotificationsPage() {
  const client = getQueryClient();
  await Promise.all([
    prefetch(client.query(trpc.notification.channels.queryOptions())),
    prefetch(client.query(trpc.notification.setup.queryOptions())),
  ]);
  return (
    <Hydrate>
      <NotificationPage />
    </Hydrate>
  );
}
