import type { ReactNode } from "react";
import { CopyButton } from "@/app/ui/copy-button";

type Props = { label: string; text: string; children?: ReactNode };

/** Something to take away, in full when it fits: a command, a hash, an id. `children` stands for a long one. */
export function CopyLine({ label, text, children }: Props) {
  return (
    <div className="flex min-w-0 items-center gap-1 rounded border border-line bg-sunken py-0.5 pr-0.5 pl-2.5">
      <code title={text} className="min-w-0 flex-1 overflow-hidden text-ellipsis whitespace-pre font-mono text-xs">
        {children ?? text}
      </code>
      <CopyButton text={text} label={`Copy ${label}`} />
    </div>
  );
}
