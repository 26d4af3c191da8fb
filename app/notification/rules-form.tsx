"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { events, eventWords } from "@/app/notification/event-words";
import { HoursField } from "@/app/notification/hours-field";
import { ProjectRules } from "@/app/notification/project-rules";
import { draftOf, rulesOf, usualHours } from "@/app/notification/rules";
import { useTRPC } from "@/app/trpc/client";
import type { Channel, NotificationEvent } from "@/app/trpc/types";
import { closeWith } from "@/app/ui/close-with";
import { DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { FormActions } from "@/app/ui/form-actions";

type Props = { channel: Channel; isNew?: boolean; onClose: () => void };

/** A tick per event for all projects, and lines for single ones. `isNew`: it starts with what somebody has to act on. */
export function RulesForm({ channel, isNew = false, onClose }: Props) {
  const trpc = useTRPC();
  const [draft, setDraft] = useState(() => draftOf(isNew ? urgent : channel.rules));
  const save = useMutation(
    trpc.notification.setRules.mutationOptions(closeWith(onClose, ({ name }) => `The events of ${name} are saved.`)),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!save.isPending) save.mutate({ channelId: channel.id, rules: rulesOf(draft) });
  }

  function setAll(event: NotificationEvent, hours: number | null) {
    const { [event]: _, ...rest } = draft.all;
    setDraft({ ...draft, all: hours === null ? rest : { ...rest, [event]: { hours } } });
  }

  return (
    <form onSubmit={submit} className="contents">
      <DialogBody>
        {save.error && <ErrorState title="The events could not be saved" error={save.error} />}
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 font-medium text-sm">Of all projects</legend>
          <div className="rounded border border-line-strong">
            {events.map((event) => (
              <EventTick key={event} event={event} hours={draft.all[event]?.hours ?? null} onChange={setAll} />
            ))}
          </div>
        </fieldset>
        <ProjectRules rules={draft.some} onChange={(some) => setDraft({ ...draft, some })} />
      </DialogBody>
      <FormActions submit="Save events" pending={save.isPending} onCancel={onClose} />
    </form>
  );
}

const urgent: Channel["rules"] = events
  .filter((event) => event !== "backup_completed" && event !== "schema_found")
  .map((event) => ({ event, project: null, hours: null }));

type TickProps = {
  event: NotificationEvent;
  /** Null: not ticked. */
  hours: number | null;
  onChange: (event: NotificationEvent, hours: number | null) => void;
};

function EventTick({ event, hours, onChange }: TickProps) {
  const { label, about } = eventWords[event];
  return (
    <div className="flex items-center gap-3 border-line border-b pr-2.5 last:border-b-0">
      <label className="flex min-w-0 flex-1 cursor-pointer items-start gap-2.5 px-2.5 py-1.5 hover:bg-hover">
        <input
          type="checkbox"
          checked={hours !== null}
          onChange={({ target }) => onChange(event, target.checked ? usualHours : null)}
          className="mt-0.5 size-4 shrink-0"
        />
        <span className="min-w-0">
          <span className="block font-medium">{label}</span>
          <span className="block text-muted text-xs">{about}</span>
        </span>
      </label>
      {event === "backup_stale" && hours !== null && (
        <HoursField label="Hours without a good backup" hours={hours} onChange={(next) => onChange(event, next)} />
      )}
    </div>
  );
}
