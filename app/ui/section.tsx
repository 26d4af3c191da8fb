import { type ReactNode, useId } from "react";

/** A part of a page under a heading of its own. */
export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-2">
      <div className="flex min-h-6 items-baseline justify-between gap-4">
        <h2 id={id} className="font-semibold text-base">
          {title}
        </h2>
        {aside && <div className="text-muted text-sm tabular-nums">{aside}</div>}
      </div>
      {children}
    </section>
  );
}
