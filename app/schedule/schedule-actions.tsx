"use client";

import { useMutation } from "@tanstack/react-query";
import { Ellipsis, Pause, Pencil, Play, SkipForward, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import type { Schedule } from "@/app/trpc/types";
import { IconButton } from "@/app/ui/button";
import { closeWith } from "@/app/ui/close-with";
import { ConfirmDialog } from "@/app/ui/confirm-dialog";
import { plural } from "@/app/ui/format";
import { Menu, type MenuAction } from "@/app/ui/menu";
import { showMessage } from "@/app/ui/toaster";

const ScheduleDialog = dynamic(() => import("@/app/schedule/schedule-dialog").then((module) => module.ScheduleDialog), {
  ssr: false,
});

export function ScheduleActions({ schedule }: { schedule: Schedule }) {
  const { id: scheduleId, name, pausedAt, canRun } = schedule;
  const trpc = useTRPC();
  const [asks, setAsks] = useState<"change" | "delete" | null>(null);
  const close = () => setAsks(null);
  const told = (text: string) => ({ onSuccess: () => showMessage(text) });
  const pause = useMutation(trpc.schedule.pause.mutationOptions(told(`${name} is paused.`)));
  const resume = useMutation(trpc.schedule.resume.mutationOptions(told(`${name} runs again from its next slot on.`)));
  const run = useMutation(
    trpc.schedule.runNow.mutationOptions({
      onSuccess: ({ jobs, busy }) =>
        showMessage(
          `Started ${plural(jobs, "backup")}.${busy > 0 ? ` ${busy} left out: their last export has not ended.` : ""}`,
        ),
    }),
  );
  const icon = "size-4";
  const all = [
    {
      label: "Run now",
      starts: true,
      icon: <SkipForward className={icon} />,
      onSelect: () => run.mutate({ scheduleId }),
    },
    pausedAt
      ? {
          label: "Resume",
          starts: true,
          icon: <Play className={icon} />,
          onSelect: () => resume.mutate({ scheduleId }),
        }
      : {
          label: "Pause",
          starts: false,
          icon: <Pause className={icon} />,
          onSelect: () => pause.mutate({ scheduleId }),
        },
    { label: "Change", starts: true, icon: <Pencil className={icon} />, onSelect: () => setAsks("change") },
    { label: "Delete", starts: false, icon: <Trash2 className={icon} />, onSelect: () => setAsks("delete") },
  ];
  const actions: MenuAction[] = all.filter(({ starts }) => canRun || !starts);
  return (
    <>
      <Menu
        label={`More for ${name}`}
        trigger={
          <IconButton size="sm" label={`More for ${name}`}>
            <Ellipsis aria-hidden className="size-4" />
          </IconButton>
        }
        actions={actions}
      />
      {asks === "change" && <ScheduleDialog schedule={schedule} onClose={close} />}
      {asks === "delete" && <DeleteDialog schedule={schedule} onClose={close} />}
    </>
  );
}

function DeleteDialog({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const trpc = useTRPC();
  const remove = useMutation(
    trpc.schedule.delete.mutationOptions(closeWith(onClose, () => `${schedule.name} is deleted.`)),
  );
  return (
    <ConfirmDialog
      title="Delete this schedule?"
      keep="Keep schedule"
      action="Delete schedule"
      change={remove}
      failed="The schedule could not be deleted"
      onConfirm={() => remove.mutate({ scheduleId: schedule.id })}
      onClose={onClose}
    >
      <p className="break-words">
        <strong className="font-medium">{schedule.name}</strong> makes no more backups. Those that it has made stay, and
        its rules remove them no longer. To let it rest for a while, pause it.
      </p>
    </ConfirmDialog>
  );
}
