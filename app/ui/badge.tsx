import type { ReactNode } from "react";
import { cx } from "@/app/ui/class-names";

const tones = { neutral: "border-line text-muted", warn: "border-warn text-warn", bad: "border-bad text-bad" };

export function Badge({ tone = "neutral", children }: { tone?: keyof typeof tones; children: ReactNode }) {
  return (
    <span
      className={cx("inline-flex h-5 items-center rounded-sm border px-1.5 text-xs whitespace-nowrap", tones[tone])}
    >
      {children}
    </span>
  );
}
