"use client";

import { useState } from "react";
import { compressionWords, formatWords } from "@/app/backup/backup-words";
import { usualPolicy } from "@/app/cleanup/policy";
import { PolicyFields } from "@/app/cleanup/policy-fields";
import { DestinationsField } from "@/app/export/destinations-field";
import { EncryptField } from "@/app/export/encrypt-field";
import { compressions, formats } from "@/app/export/export-form";
import { NotifyField } from "@/app/export/notify-field";
import type { KeptOptions } from "@/app/schedule/schedule-form";
import { fieldError } from "@/app/trpc/error";
import type { Schedule } from "@/app/trpc/types";
import { SecretField, SelectField, TextField } from "@/app/ui/field";
import { Foldable } from "@/app/ui/foldable";

/** How its backups are made, proven and given up. */
export function BackupFields({ schedule, error }: { schedule?: Schedule; error: unknown }) {
  const options: KeptOptions = schedule?.options ?? {};
  const [cleansUp, setCleansUp] = useState(schedule ? schedule.retention !== null : true);
  const errorOf = (option: string) => fieldError(error, `options.${option}`);
  const hasError = Boolean(fieldError(error, "options") ?? fieldError(error, "heartbeatUrl"));
  return (
    <>
      <div className="grid gap-3 md:grid-cols-2">
        <SelectField label="Format" name="format" defaultValue={options.format ?? "custom"}>
          {formats.map((value) => (
            <option key={value} value={value}>
              {formatWords[value].name}
            </option>
          ))}
        </SelectField>
        <SelectField label="Compression" name="compression" defaultValue={options.compression ?? "gzip"}>
          {compressions.map((value) => (
            <option key={value} value={value}>
              {compressionWords[value].name}
            </option>
          ))}
        </SelectField>
      </div>
      <EncryptField isOn={options.encrypt} />
      <DestinationsField chosen={options.destinations} />
      <div className="grid gap-3 md:grid-cols-2">
        <TextField
          label="Prove every so many runs"
          name="verifyEvery"
          type="number"
          min={1}
          max={1000}
          step={1}
          inputMode="numeric"
          placeholder="never"
          defaultValue={schedule ? (schedule.verifyEvery ?? undefined) : 7}
          hint="Left empty, none is proven."
        />
        <SelectField label="How to prove" name="verifyLevel" defaultValue={schedule?.verifyLevel ?? "restore"}>
          <option value="restore">Restore it and compare every table</option>
          <option value="archive">Read the file to its end</option>
        </SelectField>
      </div>
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          name="cleansUp"
          checked={cleansUp}
          onChange={(event) => setCleansUp(event.target.checked)}
          className="size-4"
        />
        Remove old backups of this schedule after each run
      </label>
      {cleansUp && <PolicyFields policy={schedule?.retention ?? usualPolicy} legend="What to keep of each project" />}
      <Foldable summary="More options" isOpen={hasError}>
        <div className="flex flex-col gap-3">
          <TextField
            label="Tags"
            name="tags"
            placeholder="nightly"
            hint="Separated by commas."
            defaultValue={options.tags?.join(", ")}
            error={errorOf("tags")}
          />
          <TextField
            label="Storage path"
            name="storagePath"
            maxLength={200}
            placeholder="nightly"
            defaultValue={options.storagePath}
            hint="A folder at the destination, below the project's own. Letters, digits, _ . - and / between names."
            error={errorOf("storagePath")}
          />
          <NotifyField value={options.notifyEmail} error={errorOf("notifyEmail")} />
          <HeartbeatField host={schedule?.heartbeatHost ?? null} error={error} />
        </div>
      </Foldable>
    </>
  );
}

/** A monitor of scheduled work notices what Coffer cannot tell of itself: that it does not run at all. */
function HeartbeatField({ host, error }: { host: string | null; error: unknown }) {
  return (
    <>
      <SecretField
        label="Heartbeat address"
        name="heartbeatUrl"
        type="url"
        maxLength={2000}
        placeholder={host ? `https://${host}/… is kept` : "https://hc-ping.com/…"}
        hint="Of a monitor like Healthchecks: called when a run has made its backups, with /start behind it when it starts and /fail when one was not made."
        error={fieldError(error, "heartbeatUrl")}
      />
      {host && (
        <label className="flex items-center gap-2">
          <input type="checkbox" name="noHeartbeat" className="size-4" />
          Call {host} no more
        </label>
      )}
    </>
  );
}
