import { ProblemGroups } from "@/app/data-import/problem-groups";
import { ProblemTable } from "@/app/data-import/problem-table";
import { actionWords, totalsOf } from "@/app/data-import/report-words";
import { TableCounts } from "@/app/data-import/table-counts";
import type { ImportReport } from "@/app/trpc/types";
import { buttonClass } from "@/app/ui/button";
import { plural } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";
import { Section } from "@/app/ui/section";
import { StatusMark } from "@/app/ui/status-mark";

type Props = { jobId: string; report: ImportReport };

/** What a dry run has found: whether anything stands in the way, what would happen, and each thing that is wrong. */
export function Report({ jobId, report }: Props) {
  const isClean = report.problemCount === 0;
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-col gap-2">
        <StatusMark tone={isClean ? "good" : "bad"} className="font-medium text-lg">
          {isClean
            ? "Nothing stands in the way"
            : `${plural(report.problemCount, "problem stands", "problems stand")} in the way`}
        </StatusMark>
        <p className="tabular-nums">
          {isClean
            ? `${actionWords(totalsOf(report.tables), "will")}. Nothing has changed yet.`
            : "Nothing was changed, and nothing can be imported before they are mended."}
        </p>
      </div>
      {report.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      <TableCounts tables={report.tables} tense="will" />
      {!isClean && <Problems jobId={jobId} report={report} />}
    </div>
  );
}

/** What is wrong with the file: first by kind, then one by one. */
export function Problems({ jobId, report }: Props) {
  const { problems, problemCount } = report;
  return (
    <>
      <Section
        title="What is wrong"
        aside={
          <a className={buttonClass({ size: "sm" })} href={`/api/v1/imports/${jobId}/problems.csv`} download>
            All problems as CSV
          </a>
        }
      >
        <ProblemGroups groups={report.groups} />
      </Section>
      <Section
        title="One by one"
        aside={
          problemCount > problems.length ? `the first ${problems.length} of ${plural(problemCount, "problem")}` : null
        }
      >
        <ProblemTable problems={problems} />
      </Section>
    </>
  );
}
