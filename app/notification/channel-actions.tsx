"use client";

import { useMutation } from "@tanstack/react-query";
import { Ellipsis, ListChecks, Pause, Pencil, Play, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import type { Channel } from "@/app/trpc/types";
import { IconButton } from "@/app/ui/button";
import { closeWith } from "@/app/ui/close-with";
import { ConfirmDialog } from "@/app/ui/confirm-dialog";
import { Menu } from "@/app/ui/menu";
import { showMessage } from "@/app/ui/toaster";

const ChannelDialog = dynamic(
  () => import("@/app/notification/channel-dialog").then((module) => module.ChannelDialog),
  { ssr: false },
);
const RulesDialog = dynamic(() => import("@/app/notification/rules-dialog").then((module) => module.RulesDialog), {
  ssr: false,
});

export function ChannelActions({ channel }: { channel: Channel }) {
  const trpc = useTRPC();
  const [open, setOpen] = useState<"rules" | "edit" | "delete" | null>(null);
  const close = () => setOpen(null);
  const change = useMutation(
    trpc.notification.changeChannel.mutationOptions({
      onSuccess: ({ name, pausedAt }) => showMessage(pausedAt ? `${name} is paused.` : `${name} is told again.`),
    }),
  );
  const pause = () => change.mutate({ channelId: channel.id, paused: !channel.pausedAt });
  const icon = "size-4";
  return (
    <>
      <Menu
        label={`More for ${channel.name}`}
        trigger={
          <IconButton size="sm" label={`More for ${channel.name}`}>
            <Ellipsis aria-hidden className="size-4" />
          </IconButton>
        }
        actions={[
          { label: "Choose events", icon: <ListChecks className={icon} />, onSelect: () => setOpen("rules") },
          { label: "Edit", icon: <Pencil className={icon} />, onSelect: () => setOpen("edit") },
          channel.pausedAt
            ? { label: "Go on", icon: <Play className={icon} />, onSelect: pause }
            : { label: "Pause", icon: <Pause className={icon} />, onSelect: pause },
          { label: "Delete", icon: <Trash2 className={icon} />, onSelect: () => setOpen("delete") },
        ]}
      />
      {open === "rules" && <RulesDialog channel={channel} onClose={close} />}
      {open === "edit" && <ChannelDialog channel={channel} onClose={close} />}
      {open === "delete" && <DeleteDialog channel={channel} onClose={close} />}
    </>
  );
}

function DeleteDialog({ channel: { id, name }, onClose }: { channel: Channel; onClose: () => void }) {
  const trpc = useTRPC();
  const remove = useMutation(
    trpc.notification.removeChannel.mutationOptions(closeWith(onClose, () => `The channel ${name} is deleted.`)),
  );
  return (
    <ConfirmDialog
      title="Delete this channel?"
      keep="Keep channel"
      action="Delete channel"
      change={remove}
      failed="The channel could not be deleted"
      onConfirm={() => remove.mutate({ channelId: id })}
      onClose={onClose}
    >
      <p className="break-words">
        {name} is told of nothing any more, and what it was told is forgotten. To stop it for a while, pause it.
      </p>
    </ConfirmDialog>
  );
}
