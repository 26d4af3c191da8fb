"use client";

import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { SecretKeyField, secretKeyIn } from "@/app/encryption/secret-key-field";
import { useJobStart } from "@/app/job/use-job-start";
import { PreflightReport } from "@/app/restore/preflight-report";
import { TableChoice } from "@/app/restore/table-choice";
import { useTRPC } from "@/app/trpc/client";
import { fieldError } from "@/app/trpc/error";
import type { BackupDetails } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { Dialog, DialogActions, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { SelectField, TextField } from "@/app/ui/field";
import { Loaded } from "@/app/ui/loaded";
import { SwitchField } from "@/app/ui/switch-field";

type Props = { backup: BackupDetails; onClose: () => void };

/** What a restore would meet and change, and what has to be typed before it does. */
export function RestoreDialog({ backup, onClose }: Props) {
  const trpc = useTRPC();
  const [targetSlug, setTargetSlug] = useState(backup.projectSlug);
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<string[] | null>(null);
  const tables = chosen ?? undefined;
  const hasChosen = chosen?.length !== 0;
  const preflight = useQuery(
    trpc.restore.preflight.queryOptions(
      { backupId: backup.id, targetProjectId: targetSlug, tables },
      { staleTime: 0, enabled: hasChosen, placeholderData: keepPreviousData },
    ),
  );
  const { idempotencyKey, renew, starting } = useJobStart(onClose);
  const start = useMutation(trpc.restore.start.mutationOptions(starting));
  const report = preflight.data;
  const isStopped = !hasChosen || (report?.findings.some(({ level }) => level === "stop") ?? true);
  const isConfirmed = typed.trim() === targetSlug;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (start.isPending || start.isSuccess || isStopped || !isConfirmed) return;
    const fields = new FormData(event.currentTarget);
    start.mutate({
      backupId: backup.id,
      targetProjectId: targetSlug,
      createSafetyBackup: fields.get("createSafetyBackup") === "on",
      tables,
      identity: secretKeyIn(fields),
      confirm: typed.trim(),
      idempotencyKey: idempotencyKey(),
    });
  }

  return (
    <Dialog title="Restore this backup" width="lg" onClose={onClose}>
      <form onSubmit={submit} onChange={renew} className="contents">
        <DialogBody>
          {start.error && <ErrorState title="The restore could not be started" error={start.error} />}
          <p className="break-all font-mono text-sm">{backup.filename}</p>
          <TargetField backup={backup} value={targetSlug} onChange={setTargetSlug} />
          <SelectField
            label="What"
            value={chosen ? "tables" : "all"}
            onChange={(event) => setChosen(event.target.value === "tables" ? [] : null)}
          >
            <option value="all">The whole schema</option>
            <option value="tables">The rows of chosen tables</option>
          </SelectField>
          {chosen && <TableChoice tables={backup.manifest.tables} chosen={chosen} onChange={setChosen} />}
          {hasChosen && (
            <Loaded
              query={preflight}
              rows={6}
              loading="Looking at the target"
              failed="The target could not be looked at"
            >
              {(report) => <PreflightReport report={report} />}
            </Loaded>
          )}
          <Safety />
          {!backup.opensItself && <SecretKeyField error={fieldError(start.error, "identity")} />}
          {report && !isStopped && (
            <TextField
              label={`Type ${targetSlug} to replace ${chosen ? "these rows" : "what is"} in ${report.target.name}`}
              name="confirm"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              hint="What is there now is kept for 24 hours, and can be brought back with one click."
            />
          )}
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="danger"
            disabled={isStopped || !isConfirmed}
            pending={start.isPending || start.isSuccess}
          >
            Restore backup
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

const Safety = () => (
  <SwitchField
    name="createSafetyBackup"
    label="Safety backup first"
    defaultChecked
    about="Backs up what is there now, checks that backup, and goes on only if it is whole."
  />
);

/** Only projects that the caller may restore to. */
function TargetField({
  backup,
  value,
  onChange,
}: {
  backup: BackupDetails;
  value: string;
  onChange: (slug: string) => void;
}) {
  const trpc = useTRPC();
  const { data = [] } = useQuery(trpc.project.list.queryOptions());
  const others = data.filter(({ slug, canRestore }) => slug !== backup.projectSlug && canRestore);
  return (
    <SelectField label="Restore to" value={value} onChange={(event) => onChange(event.target.value)}>
      <option value={backup.projectSlug}>{backup.projectName}, where it comes from</option>
      {others.map(({ slug, name }) => (
        <option key={slug} value={slug}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}
