import type { CleanupPolicy } from "@/app/trpc/types";
import { TextField } from "@/app/ui/field";
import { TickList } from "@/app/ui/tick-list";

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
    about: "Their file is missing, or is not what was written, and no copy of it is stored.",
  },
] as const;

type Props = { policy: CleanupPolicy; legend: string; hasFocus?: boolean };

/** The rules that say which backups stay; `readPolicyForm` reads them. */
export function PolicyFields({ policy, legend, hasFocus }: Props) {
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
      data-autofocus={(hasFocus && index === 0) || undefined}
    />
  ));
  return (
    <>
      <fieldset className="flex flex-col gap-3">
        <legend className="mb-2 font-medium text-sm">
          {legend}
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
        hint="What is pinned, and each project's last good, last proven and last restored backup, always stay."
      />
    </>
  );
}
