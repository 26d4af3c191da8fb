"use client";

import { useQuery } from "@tanstack/react-query";
import { actionWords, totalsOf } from "@/app/data-import/report-words";
import { JobResult } from "@/app/job/job-result";
import { useTRPC } from "@/app/trpc/client";
import { plural } from "@/app/ui/format";
import { Loaded } from "@/app/ui/loaded";
import { StatusMark } from "@/app/ui/status-mark";

/** What a dry run has found, in short; all of it is on its page. */
export function CheckFinished({ jobId }: { jobId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.dataImport.ofJob.queryOptions({ jobId }));
  return (
    <JobResult
      open={query.data && { what: "dry run", href: `/projects/${query.data.projectSlug}/data/import?check=${jobId}` }}
    >
      <Loaded query={query} rows={2} loading="Loading the dry run" failed="The dry run could not be read">
        {({ report, filename }) => (
          <>
            <StatusMark tone={report?.problemCount === 0 ? "good" : "bad"} className="font-medium text-lg">
              {report?.problemCount === 0
                ? "Nothing stands in the way"
                : `${plural(report?.problemCount ?? 0, "problem stands", "problems stand")} in the way`}
            </StatusMark>
            {report && <p className="tabular-nums">{actionWords(totalsOf(report.tables), "will")}.</p>}
            <p className="break-all text-muted text-sm">Dry run of {filename}. It changed nothing.</p>
          </>
        )}
      </Loaded>
    </JobResult>
  );
}
