"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { ChannelTable } from "@/app/notification/channel-table";
import { Deliveries } from "@/app/notification/deliveries";
import { useTRPC } from "@/app/trpc/client";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { Loaded } from "@/app/ui/loaded";
import { Notice } from "@/app/ui/notice";
import { PageHeader } from "@/app/ui/page-header";

const ChannelDialog = dynamic(
  () => import("@/app/notification/channel-dialog").then((module) => module.ChannelDialog),
  { ssr: false },
);

export function NotificationPage() {
  const trpc = useTRPC();
  const channels = useQuery(trpc.notification.channels.queryOptions());
  const setup = useQuery(trpc.notification.setup.queryOptions());
  // Kept here: the dialog that shows a new secret must outlive the empty state that has opened it.
  const [adds, setAdds] = useState(false);
  const addButton = (
    <Button
      variant="primary"
      aria-haspopup="dialog"
      icon={<Plus aria-hidden className="size-4" />}
      onClick={() => setAdds(true)}
    >
      Add channel
    </Button>
  );
  return (
    <>
      <PageHeader title="Notifications" actions={addButton}>
        <p className="max-w-3xl text-muted">
          Who hears of it when a backup fails, grows too old or is not what it should be. A message that does not arrive
          is tried again for a day.
        </p>
      </PageHeader>
      <div className="flex flex-col gap-6">
        {setup.data && !setup.data.isMailConfigured && (
          <Notice title="No mails can be sent yet">
            An operator has to set <code className="font-mono text-xs">SMTP_URL</code> and{" "}
            <code className="font-mono text-xs">MAIL_FROM</code> for the web process and the workers, and start them
            again.
          </Notice>
        )}
        <Loaded query={channels} rows={3} loading="Loading channels" failed="The channels could not be read">
          {(found) =>
            found.length === 0 ? (
              <EmptyState action={addButton}>
                Nobody is told of anything yet. Add a channel, and choose what it is told of.
              </EmptyState>
            ) : (
              <ChannelTable channels={found} />
            )
          }
        </Loaded>
        <Deliveries />
      </div>
      {adds && <ChannelDialog onClose={() => setAdds(false)} />}
    </>
  );
}
