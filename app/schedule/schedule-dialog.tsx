"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { BackupFields } from "@/app/schedule/backup-fields";
import { RuleFields } from "@/app/schedule/rule-fields";
import { readScheduleForm } from "@/app/schedule/schedule-form";
import { ScopeFields } from "@/app/schedule/scope-fields";
import { useTRPC } from "@/app/trpc/client";
import { fieldError, refusal } from "@/app/trpc/error";
import type { Schedule } from "@/app/trpc/types";
import { closeWith } from "@/app/ui/close-with";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { NameField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";
import { ownZone } from "@/app/ui/own-zone";

type Props = {
  /** The one to change; without it a new one is made. */
  schedule?: Schedule;
  /** The project that a new one is of, by its slug. */
  of?: string;
  onClose: () => void;
};

const noRule = "Say what to keep of each project, or untick that old backups are removed.";

export function ScheduleDialog({ schedule, of, onClose }: Props) {
  const trpc = useTRPC();
  const done = closeWith(onClose, ({ name }: { name: string }) =>
    schedule ? `${name} is changed.` : `${name} is added.`,
  );
  const create = useMutation(trpc.schedule.create.mutationOptions(done));
  const change = useMutation(trpc.schedule.change.mutationOptions(done));
  const saving = schedule ? change : create;
  const [refused, setRefused] = useState<Error | null>(null);
  const error = refused ?? saving.error;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (saving.isPending) return;
    const data = new FormData(event.currentTarget);
    const wanted = readScheduleForm(data);
    const isEmpty = data.get("cleansUp") === "on" && !wanted.retention;
    setRefused(isEmpty ? refusal({ message: noRule }) : null);
    if (isEmpty) return;
    // What the form does not know of stays.
    if (schedule)
      change.mutate({ ...wanted, options: { ...schedule.options, ...wanted.options }, scheduleId: schedule.id });
    else create.mutate(wanted);
  }

  return (
    <Dialog title={schedule ? `Change ${schedule.name}` : "Add a schedule"} onClose={onClose}>
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {error && <ErrorState title="The schedule could not be saved" error={error} />}
          <NameField placeholder="Every night" defaultValue={schedule?.name} error={fieldError(saving.error, "name")} />
          <ScopeFields schedule={schedule} of={of} error={saving.error} />
          <RuleFields cron={schedule?.cron ?? "0 2 * * *"} timeZone={schedule?.timeZone ?? ownZone()} />
          <BackupFields schedule={schedule} error={saving.error} />
        </DialogBody>
        <FormActions
          submit={schedule ? "Save schedule" : "Add schedule"}
          pending={saving.isPending}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
