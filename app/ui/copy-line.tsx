import type { ReactNode } from "react";
import { cx } from "@/app/ui/class-names";
import { CopyButton } from "@/app/ui/copy-button";

type Props = { label: string; text: string; wraps?: boolean; children?: ReactNode };

/** Something to take away, in full when it fits or `wraps`: a command, a hash, an id. `children` stands for a long one. */
export function CopyLine({ label, text, wraps = false, children }: Props) {
  return (
    <div className="flex min-w-0 items-center gap-1 rounded border border-line bg-sunken py-0.5 pr-0.5 pl-2.5">
      <code
        title={text}
        className={cx(
          "min-w-0 flex-1 font-mono text-xs",
          wraps ? "whitespace-pre-wrap break-all py-1.5" : "overflow-hidden text-ellipsis whitespace-pre",
        )}
      >
        {children ?? text}
      </code>
      <CopyButton text={text} label={`Copy ${label}`} />
    </div>
  );
}
