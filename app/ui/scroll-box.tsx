import type { ReactNode } from "react";
import { cx } from "@/app/ui/class-names";

/** What scrolls inside of itself, and so has to be reached by keyboard. */
export function ScrollBox({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section tabIndex={0} aria-label={label} className={cx("max-h-[60vh] overflow-auto", className)}>
      {children}
    </section>
  );
}
