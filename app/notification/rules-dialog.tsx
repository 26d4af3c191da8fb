"use client";

import { RulesForm } from "@/app/notification/rules-form";
import type { Channel } from "@/app/trpc/types";
import { Dialog } from "@/app/ui/dialog";

export function RulesDialog({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  return (
    <Dialog title={`What ${channel.name} is told of`} onClose={onClose} width="lg">
      <RulesForm channel={channel} onClose={onClose} />
    </Dialog>
  );
}
