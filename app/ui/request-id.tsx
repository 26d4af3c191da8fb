import { CopyButton } from "@/app/ui/copy-button";

/** Under this id the log has the details. */
export function RequestId({ id }: { id: string }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1 text-muted text-xs">
      Request <code className="truncate font-mono">{id}</code>
      <CopyButton text={id} label="Copy request id" />
    </span>
  );
}
