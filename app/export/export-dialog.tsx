"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { compressionWords, formatWords } from "@/app/backup/backup-words";
import { DestinationsField } from "@/app/export/destinations-field";
import { EncryptField } from "@/app/export/encrypt-field";
import { EstimateLine } from "@/app/export/estimate-line";
import { compressions, formats, readExportForm, verifications } from "@/app/export/export-form";
import { NotifyField } from "@/app/export/notify-field";
import { useJobStart } from "@/app/job/use-job-start";
import { useTRPC } from "@/app/trpc/client";
import { fieldError } from "@/app/trpc/error";
import type { BackupCompression } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { ChoiceCards } from "@/app/ui/choice-cards";
import { Dialog, DialogActions, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { SelectField, TextField } from "@/app/ui/field";
import { Foldable } from "@/app/ui/foldable";

type Props = { project: { slug: string; name: string }; onClose: () => void };

/** Good defaults: who only wants a backup presses Enter. */
export function ExportDialog({ project, onClose }: Props) {
  const trpc = useTRPC();
  const [compression, setCompression] = useState<BackupCompression>("gzip");
  const { idempotencyKey, renew, starting } = useJobStart(onClose);
  const start = useMutation(trpc.export.startExport.mutationOptions(starting));

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (start.isPending || start.isSuccess) return;
    const options = readExportForm(new FormData(event.currentTarget));
    start.mutate({ ...options, projectId: project.slug, idempotencyKey: idempotencyKey() });
  }

  function changed(event: FormEvent<HTMLFormElement>) {
    renew();
    const chosen = new FormData(event.currentTarget).get("compression");
    setCompression(compressions.find((one) => one === chosen) ?? "gzip");
  }

  return (
    <Dialog title={`Export backup of ${project.name}`} onClose={onClose}>
      <form onSubmit={submit} onChange={changed} className="contents">
        <DialogBody>
          {start.error && <ErrorState title="The export could not be started" error={start.error} />}
          <ChoiceCards
            name="format"
            label="Format"
            choices={formats.map((value) => ({ value, ...formatWords[value] }))}
          />
          <ChoiceCards
            name="compression"
            label="Compression"
            choices={compressions.map((value) => ({ value, ...compressionWords[value] }))}
          />
          <EstimateLine projectId={project.slug} compression={compression} />
          <EncryptField />
          <DestinationsField />
          <SelectField label="Verify afterwards" name="verify">
            {verifications.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </SelectField>
          <TextField label="Description" name="description" maxLength={500} placeholder="Why this backup is made" />
          <TextField
            label="Tags"
            name="tags"
            placeholder="before-release, handover"
            hint="Separated by commas."
            error={fieldError(start.error, "tags")}
          />
          <NotifyField error={fieldError(start.error, "notifyEmail")} />
          <Foldable summary="More options">
            <TextField
              label="Storage path"
              name="storagePath"
              maxLength={200}
              placeholder="2026/q1"
              error={fieldError(start.error, "storagePath")}
              hint="A folder below the project's own. Letters, digits, _ . - and / between names."
            />
          </Foldable>
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={start.isPending || start.isSuccess} data-autofocus>
            Export backup
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
