"use client";

import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { type Choice, fitted, type SourceChoice, wishOf } from "@/app/data-import/choice";
import { faultOf } from "@/app/data-import/choice-faults";
import { useDraft } from "@/app/data-import/draft";
import { FileReading } from "@/app/data-import/file-reading";
import { RuleChoice } from "@/app/data-import/rule-choice";
import { SourceColumns } from "@/app/data-import/source-columns";
import { StepActions } from "@/app/data-import/step-actions";
import type { StepProps } from "@/app/data-import/use-wizard";
import { useTRPC } from "@/app/trpc/client";
import { alone } from "@/app/trpc/links";
import type { InspectedFile } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { ErrorState } from "@/app/ui/error-state";
import { Notice } from "@/app/ui/notice";
import { randomKey } from "@/app/ui/random-key";
import { SkeletonRows } from "@/app/ui/skeleton";

type Props = StepProps & { fileId: string };

/** Which table and which columns the rows go to, and what becomes of rows that are there already. */
export function ColumnsStep({ slug, fileId, go }: Props) {
  const trpc = useTRPC();
  const [draft, change] = useDraft(slug, fileId);
  const { data, error, refetch, isFetching } = useQuery(
    trpc.dataFile.inspect.queryOptions(
      { projectId: slug, fileId, ...draft.hints },
      { trpc: alone, placeholderData: keepPreviousData, staleTime: Number.POSITIVE_INFINITY },
    ),
  );
  const another = () => go({ step: "file", fileId: null, checkId: null });
  if (!data)
    return error ? (
      <>
        <ErrorState title="The file could not be read" error={error} onRetry={refetch} retrying={isFetching} />
        <StepActions>
          <Button variant="primary" onClick={another}>
            Choose another file
          </Button>
        </StepActions>
      </>
    ) : (
      <SkeletonRows rows={8} label="Reading the file" />
    );
  return (
    <div className="flex flex-col gap-6">
      {/* What was read before stays, so that the way of reading can be changed back. */}
      {error && <ErrorState title="The file cannot be read like that" error={error} />}
      <FileReading
        file={data}
        isBusy={isFetching}
        dateOrder={fitted(data, draft.choice).dateOrder}
        onHints={(hints) => change({ hints: { ...draft.hints, ...hints } })}
        onDateOrder={(dateOrder) => change({ choice: { ...fitted(data, draft.choice), dateOrder } })}
      />
      <ColumnsForm
        slug={slug}
        file={data}
        choice={fitted(data, draft.choice)}
        onChange={(choice) => change({ choice })}
        wish={(choice) => wishOf(fileId, draft.hints, choice)}
        onStarted={(checkId) => go({ step: "check", checkId, runId: null })}
        onAnother={another}
      />
    </div>
  );
}

type FormProps = {
  slug: string;
  file: InspectedFile;
  choice: Choice;
  onChange: (choice: Choice) => void;
  wish: (choice: Choice) => ReturnType<typeof wishOf>;
  onStarted: (checkId: string) => void;
  onAnother: () => void;
};

function ColumnsForm({ slug, file, choice, onChange, wish, onStarted, onAnother }: FormProps) {
  const trpc = useTRPC();
  // The same wish makes one job, however often it is sent; after a dry run the same wish is another one.
  const key = useRef(randomKey());
  const start = useMutation(
    trpc.dataImport.check.mutationOptions({
      meta: { showsError: true },
      onSuccess: ({ jobId }) => onStarted(jobId),
    }),
  );
  const fault = faultOf(choice);

  const changed = (changes: Partial<Choice>) => {
    key.current = randomKey();
    onChange({ ...choice, ...changes });
  };
  const changeSource = (source: SourceChoice) =>
    changed({ sources: choice.sources.map((one) => (one.source === source.source ? source : one)) });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (fault || start.isPending || start.isSuccess) return;
    // What was only suggested is chosen now.
    onChange(choice);
    start.mutate({ projectId: slug, ...wish(choice), purpose: "dry_run", idempotencyKey: key.current });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-6">
      {choice.sources.map((source, at) => (
        <SourceColumns
          key={source.source}
          file={file}
          at={at}
          choice={source}
          rules={choice}
          isOnly={choice.sources.length === 1}
          isOpen={choice.sources.length <= 3}
          onChange={changeSource}
        />
      ))}
      {file.tables.length === 0 && <Notice tone="warn">The file has no rows.</Notice>}
      <RuleChoice mode={choice.mode} rule={choice.rule} onChange={changed} />
      {start.error && <ErrorState title="The dry run could not be started" error={start.error} />}
      {fault && (
        <Notice tone="warn" role="status">
          {fault}
        </Notice>
      )}
      <StepActions>
        <Button onClick={onAnother}>Choose another file</Button>
        <Button type="submit" variant="primary" disabled={fault !== null} pending={start.isPending || start.isSuccess}>
          Start dry run
        </Button>
      </StepActions>
    </form>
  );
}
