"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, Fragment, useState } from "react";
import { proposeFrom, readImportForm } from "@/app/dump/import-form";
import { useUpload } from "@/app/dump/use-upload";
import { useJobStart } from "@/app/job/use-job-start";
import { NewProjectFields } from "@/app/project/new-project-fields";
import { useTRPC } from "@/app/trpc/client";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { TextField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";
import { ProgressBar } from "@/app/ui/progress-bar";
import { SwitchField } from "@/app/ui/switch-field";

const nothing = { name: "", slug: "", schemaName: "" };
/** Its button fills the field's height, as part of it. */
const fileClass =
  "cursor-pointer overflow-hidden pl-0 file:mr-2.5 file:h-full file:cursor-pointer file:border-line-strong file:border-r file:bg-hover file:px-3 file:font-medium file:text-sm file:text-text";

/** Pick a dump, say what its project is called; then it is uploaded and restored. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const [file, setFile] = useState<File | null>(null);
  const upload = useUpload();
  const { idempotencyKey, renew, starting } = useJobStart(onClose);
  const start = useMutation(trpc.dump.restore.mutationOptions(starting));
  const isPending = upload.isPending || start.isPending || start.isSuccess;

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isPending || !file) return;
    const wanted = readImportForm(new FormData(event.currentTarget));
    start.reset();
    // Its error is shown.
    const dumpId = await upload.upload(file).catch(() => null);
    if (dumpId) start.mutate({ ...wanted, dumpId, idempotencyKey: idempotencyKey() });
  }

  return (
    <Dialog title="New project from a dump file" onClose={onClose}>
      <form onSubmit={submit} onChange={renew} className="contents">
        <DialogBody>
          {upload.error && <ErrorState title="The file could not be uploaded" error={upload.error} />}
          {start.error && <ErrorState title="The dump could not be restored" error={start.error} />}
          <TextField
            label="Dump file"
            type="file"
            required
            data-autofocus
            className={fileClass}
            onChange={({ target }) => setFile(target.files?.[0] ?? null)}
            hint="Of one schema, by pg_dump: custom, tar or plain SQL, also with gzip or zstd. It is restored by a role that has no other rights."
          />
          {/* Another file is another project, and nobody has said of it yet that they trust it. */}
          <Fragment key={file?.name}>
            <NewProjectFields
              proposed={file ? proposeFrom(file.name) : nothing}
              schemaHint="It must not exist yet. The dump's own schema may have any name."
            />
            <SwitchField
              name="allowFunctions"
              label="Allow functions and triggers"
              about="Their code runs once somebody uses the project. Allow them only if you trust whoever made the dump."
            />
          </Fragment>
          {upload.isPending && <ProgressBar label="Uploading" percent={upload.percent} />}
        </DialogBody>
        <FormActions submit="Upload and restore" pending={isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
