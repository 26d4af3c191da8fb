"use client";

import { FileUp } from "lucide-react";
import { type DragEvent, useId, useState } from "react";
import { useDataUpload } from "@/app/data/use-data-upload";
import type { StepProps } from "@/app/data-import/use-wizard";
import { Button } from "@/app/ui/button";
import { cx } from "@/app/ui/class-names";
import { ErrorState } from "@/app/ui/error-state";
import { formatBytes } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";
import { ProgressBar } from "@/app/ui/progress-bar";

/** A file is uploaded as soon as it is chosen or dropped: nothing of it goes anywhere yet. */
export function FileStep({ slug, go }: StepProps) {
  const [file, setFile] = useState<File | null>(null);
  const [wasCancelled, setCancelled] = useState(false);
  const upload = useDataUpload(slug);

  async function send(chosen: File | undefined) {
    if (!chosen || upload.isPending) return;
    setFile(chosen);
    setCancelled(false);
    // Its error is shown.
    const fileId = await upload.upload(chosen).catch(() => null);
    if (fileId) go({ step: "columns", fileId, checkId: null, runId: null });
  }

  function cancel() {
    setCancelled(true);
    upload.cancel();
  }

  return (
    <div className="flex flex-col gap-4">
      {upload.error && !wasCancelled && <ErrorState title="The file could not be uploaded" error={upload.error} />}
      {upload.error && wasCancelled && <Notice role="status">The upload was cancelled. Nothing of it was kept.</Notice>}
      {upload.isPending && file ? (
        <Uploading file={file} percent={upload.percent} isWaiting={upload.isWaiting} onCancel={cancel} />
      ) : (
        <DropZone onFile={send} />
      )}
    </div>
  );
}

function DropZone({ onFile }: { onFile: (file: File | undefined) => void }) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    onFile(event.dataTransfer.files[0]);
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: whoever cannot drop a file chooses one
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        "flex flex-col items-center gap-3 rounded border border-dashed px-4 py-12 text-center",
        isOver ? "border-accent bg-accent-soft" : "border-line-strong",
      )}
    >
      <FileUp aria-hidden className="size-6 text-muted" />
      <div className="flex flex-wrap items-center justify-center gap-x-2 gap-y-2">
        <label
          htmlFor={id}
          className="inline-flex h-8 cursor-pointer items-center rounded border border-transparent bg-accent px-3 font-medium text-on-accent hover:bg-accent-strong has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
        >
          Choose a file
          <input
            id={id}
            type="file"
            className="sr-only"
            aria-describedby={`${id}-about`}
            onChange={({ target }) => onFile(target.files?.[0])}
          />
        </label>
        <span className="text-muted max-md:hidden">or drop one here</span>
      </div>
      <p id={`${id}-about`} className="max-w-lg text-muted text-sm">
        CSV, JSON or NDJSON, also packed with gzip; CSV files of several tables in a zip. A file that was exported here
        fits as it is. It is kept for a day, and nothing changes before you have seen what would happen.
      </p>
    </div>
  );
}

type UploadingProps = { file: File; percent: number; isWaiting: boolean; onCancel: () => void };

function Uploading({ file, percent, isWaiting, onCancel }: UploadingProps) {
  return (
    <div className="flex flex-col gap-3 rounded border border-line px-4 py-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 break-all">
          <span className="font-medium">{file.name}</span>{" "}
          <span className="text-muted tabular-nums">{formatBytes(file.size)}</span>
        </p>
        <Button size="sm" onClick={onCancel}>
          Cancel upload
        </Button>
      </div>
      <div className="flex items-center gap-3">
        <ProgressBar label={`Uploading ${file.name}`} percent={percent} stopped={isWaiting} />
        <span className="w-11 shrink-0 text-right font-medium tabular-nums">{Math.floor(percent)} %</span>
      </div>
      {isWaiting && (
        <Notice tone="warn" role="status">
          The connection is lost. The upload goes on from here when it is back.
        </Notice>
      )}
    </div>
  );
}
