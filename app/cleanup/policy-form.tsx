"use client";

import { type FormEvent, useState } from "react";
import { hasRule, readPolicyForm } from "@/app/cleanup/policy";
import type { CleanupPolicy } from "@/app/trpc/types";
import { DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { TextField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";
import { Notice } from "@/app/ui/notice";
import { TickList } from "@/app/ui/tick-list";

type Props = {
  /** The rules are for each of several projects. */
  ofEach: boolean;
  policy: CleanupPolicy;
  change: { isPending: boolean; error: unknown };
  onSubmit: (policy: CleanupPolicy) => void;
  onCancel: () => void;
};

const counts = [
  { name: "keepCount", label: "The newest", hint: "so many backups" },
  { name: "olderThanDays", label: "All of the last", hint: "so many days" },
  { name: "keepDaily", label: "One a day", hint: "of so many days" },
  { name: "keepWeekly", label: "One a week", hint: "of so many weeks" },
  { name: "keepMonthly", label: "One a month", hint: "of so many months" },
] as const;

const deletions = [
  {
    value: "deleteUnverified",
    name: "Delete those that were never proven",
    about: "Only where a newer backup of the same project is proven.",
  },
  {
    value: "deleteFailed",
    name: "Delete broken ones",
    about: "Their file is missing, or is not what was written.",
  },
] as const;

/** The rules that say which backups stay. */
export function PolicyForm({ ofEach, policy, change, onSubmit, onCancel }: Props) {
  const [lacksRule, setLacksRule] = useState(false);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const wanted = readPolicyForm(new FormData(event.currentTarget));
    setLacksRule(!hasRule(wanted));
    if (hasRule(wanted)) onSubmit(wanted);
  }

  const fields = counts.map(({ name, label, hint }, index) => (
    <TextField
      key={name}
      type="number"
      min={0}
      max={10_000}
      step={1}
      inputMode="numeric"
      placeholder="no rule"
      label={label}
      name={name}
      defaultValue={policy[name]}
      hint={hint}
      data-autofocus={index === 0 || undefined}
    />
  ));
  return (
    <form onSubmit={submit} className="contents">
      <DialogBody>
        {Boolean(change.error) && <ErrorState title="The backups could not be gone through" error={change.error} />}
        {lacksRule && (
          <Notice tone="bad" role="alert">
            Set at least one rule. Without one, everything stays.
          </Notice>
        )}
        <fieldset className="flex flex-col gap-3">
          <legend className="mb-2 font-medium text-sm">
            {ofEach ? "What to keep of each project" : "What to keep"}
            <span className="ml-2 font-normal text-muted">A backup stays when any of these keeps it.</span>
          </legend>
          <div className="grid gap-3 md:grid-cols-2">{fields.slice(0, 2)}</div>
          <div className="grid gap-3 md:grid-cols-3">{fields.slice(2)}</div>
        </fieldset>
        <TickList
          name="delete"
          label="What to give up, whatever keeps it"
          ticks={deletions}
          ticked={deletions.map(({ value }) => value).filter((value) => policy[value])}
          hint="What is pinned, and each project's last good and last proven backup, always stay."
        />
      </DialogBody>
      <FormActions submit="Show what goes" pending={change.isPending} onCancel={onCancel} />
    </form>
  );
}
