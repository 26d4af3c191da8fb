"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { readImportForm } from "@/app/data-import/import-form";
import { actionWords, importWord, totalsOf } from "@/app/data-import/report-words";
import { StepActions } from "@/app/data-import/step-actions";
import { TableCounts } from "@/app/data-import/table-counts";
import type { StepProps } from "@/app/data-import/use-wizard";
import { wishOfJob } from "@/app/data-import/wish-of-job";
import { openJob } from "@/app/job/job-address";
import { useTRPC } from "@/app/trpc/client";
import type { ImportReport, RowImport } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { ErrorState } from "@/app/ui/error-state";
import { plural } from "@/app/ui/format";
import { Loaded } from "@/app/ui/loaded";
import { Notice } from "@/app/ui/notice";
import { randomKey } from "@/app/ui/random-key";
import { SwitchField } from "@/app/ui/switch-field";
import { useCurrentUser } from "@/app/user/current-user";

type Props = StepProps & { checkId: string };

/** The last question. What is imported is what the dry run has looked at, or nothing. */
export function ImportStep({ checkId, ...props }: Props) {
  const trpc = useTRPC();
  const query = useQuery(trpc.dataImport.ofJob.queryOptions({ jobId: checkId }));
  return (
    <Loaded query={query} rows={6} loading="Loading the dry run" failed="The dry run could not be read">
      {({ report, options }) =>
        report?.problemCount === 0 ? (
          <ImportForm {...props} checkId={checkId} report={report} options={options} />
        ) : (
          <Notice>There is no dry run without problems to import from. Go back to it.</Notice>
        )
      }
    </Loaded>
  );
}

type FormProps = Props & { report: ImportReport; options: RowImport["options"] };

function ImportForm({ slug, checkId, go, report, options }: FormProps) {
  const trpc = useTRPC();
  const isAdmin = useCurrentUser().role === "admin";
  const key = useRef(randomKey());
  const totals = totalsOf(report.tables);
  const start = useMutation(
    trpc.dataImport.execute.mutationOptions({
      meta: { showsError: true },
      onSuccess({ jobId }) {
        go({ step: "result", runId: jobId });
        openJob(jobId);
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (start.isPending || start.isSuccess) return;
    const wanted = readImportForm(new FormData(event.currentTarget));
    start.mutate({
      projectId: slug,
      ...wishOfJob(options),
      ...wanted,
      dryRunId: checkId,
      idempotencyKey: key.current,
    });
  }

  return (
    <form
      onSubmit={submit}
      onChange={() => {
        key.current = randomKey();
      }}
      className="flex flex-col gap-5"
    >
      {start.error && <ErrorState title="The import could not be started" error={start.error} />}
      <p className="tabular-nums">
        {actionWords(totals, "will")}, in one transaction: all of it, or nothing. Should the project's rows have changed
        since the dry run, so that these numbers are no longer right, nothing is imported.
      </p>
      <TableCounts tables={report.tables} tense="will" />
      {totals.delete > 0 && (
        <Notice tone="warn" title={`${plural(totals.delete, "row is", "rows are")} deleted`}>
          The file does not have {totals.delete === 1 ? "it" : "them"}. A safety backup brings them back.
        </Notice>
      )}
      <div className="flex max-w-2xl flex-col gap-2">
        <SwitchField
          name="createBackup"
          label="Safety backup first"
          defaultChecked
          about="Backs up what is there now, checks that backup, and goes on only if it is whole."
        />
        {isAdmin && (
          <SwitchField
            name="triggersOff"
            label="Keep triggers from firing"
            about="The tables' own triggers and rules see nothing of these rows. Only for rows that they have seen before."
          />
        )}
      </div>
      <StepActions>
        <Button onClick={() => go({ step: "check" })}>Back to the dry run</Button>
        <Button type="submit" variant="primary" pending={start.isPending || start.isSuccess}>
          {importWord(totals) ?? "Import nothing"}
        </Button>
      </StepActions>
    </form>
  );
}
