"use client";

import { useQuery } from "@tanstack/react-query";
import { AwaitedJob } from "@/app/data-import/awaited-job";
import { FailedImport } from "@/app/data-import/failed-import";
import { Report } from "@/app/data-import/report";
import { importWord, totalsOf } from "@/app/data-import/report-words";
import { StepActions } from "@/app/data-import/step-actions";
import { useRecheck } from "@/app/data-import/use-recheck";
import type { StepProps } from "@/app/data-import/use-wizard";
import { useTRPC } from "@/app/trpc/client";
import type { Job } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { ErrorState } from "@/app/ui/error-state";
import { Loaded } from "@/app/ui/loaded";
import { Notice } from "@/app/ui/notice";
import { StatusMark } from "@/app/ui/status-mark";

type Props = StepProps & { checkId: string };

/** The dry run while it goes on, then what it has found and the ways on from there. */
export function CheckStep(props: Props) {
  return <AwaitedJob jobId={props.checkId}>{(job) => <Checked {...props} job={job} />}</AwaitedJob>;
}

function Checked({ job, ...props }: Props & { job: Job }) {
  const { go } = props;
  const ways = (
    <>
      <Button onClick={() => go({ step: "file", fileId: null, checkId: null })}>Choose another file</Button>
      <Button onClick={() => go({ step: "columns" })}>Back to the columns</Button>
    </>
  );
  if (job.status === "completed") return <Found {...props} />;
  return (
    <>
      {job.status === "failed" ? (
        <FailedImport job={job} title="The dry run could not be made" />
      ) : (
        <StatusMark tone="ended" className="font-medium text-lg">
          The dry run was cancelled
        </StatusMark>
      )}
      <StepActions>{ways}</StepActions>
    </>
  );
}

function Found({ slug, checkId, go }: Props) {
  const trpc = useTRPC();
  const query = useQuery(trpc.dataImport.ofJob.queryOptions({ jobId: checkId }));
  const { recheck, error, isPending } = useRecheck(slug, (id) => go({ step: "check", checkId: id }));
  const another = (variant: "primary" | "secondary") => (
    <Button variant={variant} onClick={() => go({ step: "file", fileId: null, checkId: null })}>
      Choose another file
    </Button>
  );
  return (
    <Loaded query={query} rows={8} loading="Loading the dry run" failed="The dry run could not be read">
      {({ report, fileId, options }) => {
        if (!report) return <Notice>The dry run has left no report. Make it again.</Notice>;
        const isClean = report.problemCount === 0;
        const doesNothing = isClean && importWord(totalsOf(report.tables)) === null;
        return (
          <>
            <Report jobId={checkId} report={report} />
            {error && <ErrorState title="The dry run could not be started" error={error} />}
            {doesNothing && <Notice role="status">The import would change nothing, so there is none to start.</Notice>}
            {!fileId && <Notice>The file is no longer kept: it was imported, or is older than a day.</Notice>}
            <StepActions>
              {isClean && another("secondary")}
              {fileId && (
                <>
                  <Button pending={isPending} onClick={() => recheck(options)}>
                    Run the dry run again
                  </Button>
                  <Button onClick={() => go({ step: "columns", fileId })}>Back to the columns</Button>
                </>
              )}
              {!isClean && another("primary")}
              {fileId && isClean && !doesNothing && (
                <Button variant="primary" onClick={() => go({ step: "import", fileId })}>
                  Continue
                </Button>
              )}
            </StepActions>
          </>
        );
      }}
    </Loaded>
  );
}
