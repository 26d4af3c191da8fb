"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { slotInZone } from "@/app/schedule/schedule-words";
import { useTRPC } from "@/app/trpc/client";
import { describeError } from "@/app/trpc/error";
import { SelectField, TextField } from "@/app/ui/field";
import { presets } from "@/server/schedule-presets";

type Props = { cron: string; timeZone: string };

/** When it runs: a preset or a rule of one's own, said in words with its next runs while one types. */
export function RuleFields({ cron: firstCron, timeZone: firstZone }: Props) {
  const [cron, setCron] = useState(firstCron);
  const [timeZone, setTimeZone] = useState(firstZone);
  const zones = useMemo(
    () => [...new Set(["UTC", firstZone, ...Intl.supportedValuesOf("timeZone")])].toSorted(),
    [firstZone],
  );
  const preset = presets.find((one) => one.cron === cron)?.cron ?? "";
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-2 font-medium text-sm">When</legend>
      <div className="grid gap-3 md:grid-cols-3">
        <SelectField label="Preset" value={preset} onChange={(event) => setCron(event.target.value || cron)}>
          <option value="">A rule of my own</option>
          {presets.map((one) => (
            <option key={one.cron} value={one.cron}>
              {one.name}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Rule"
          name="cron"
          required
          maxLength={200}
          spellCheck={false}
          autoComplete="off"
          value={cron}
          onChange={(event) => setCron(event.target.value)}
          className="font-mono"
        />
        <SelectField
          label="Time zone"
          name="timeZone"
          value={timeZone}
          onChange={(event) => setTimeZone(event.target.value)}
        >
          {zones.map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </SelectField>
      </div>
      <RulePreview cron={cron.trim()} timeZone={timeZone} />
    </fieldset>
  );
}

function RulePreview({ cron, timeZone }: Props) {
  const trpc = useTRPC();
  const { data, error } = useQuery(
    trpc.schedule.preview.queryOptions({ cron, timeZone }, { retry: false, placeholderData: keepPreviousData }),
  );
  return (
    <div role="status" className="min-h-14 rounded border border-line bg-sunken px-3 py-2 text-sm">
      {error && <p className="text-bad">{describeError(error).message}</p>}
      {!error && data && (
        <>
          <p className="font-medium">{data.words}</p>
          <p className="text-muted text-xs">
            Next: {data.nextSlots.map((slot) => slotInZone(slot, timeZone)).join(" · ")}
          </p>
        </>
      )}
      {!error && !data && <p className="text-muted">Reading the rule…</p>}
    </div>
  );
}
