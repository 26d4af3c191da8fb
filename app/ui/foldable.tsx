import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

type Props = { summary: string; scrolls?: boolean; isOpen?: boolean; children: ReactNode };

/** Details that are there for whoever asks, or when something in them is wrong (`isOpen`). `scrolls` for what may be long. */
export function Foldable({ summary, scrolls, isOpen, children }: Props) {
  return (
    <details open={isOpen || undefined} className="group border-line border-t py-1.5 last:border-b">
      <summary className="flex h-6 items-center gap-1 rounded-sm text-sm">
        <ChevronRight aria-hidden className="size-4 text-muted group-open:rotate-90" />
        {summary}
      </summary>
      {scrolls ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        <section tabIndex={0} aria-label={summary} className="mt-1 ml-5 max-h-64 overflow-y-auto">
          {children}
        </section>
      ) : (
        <div className="mt-2">{children}</div>
      )}
    </details>
  );
}
