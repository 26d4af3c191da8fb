import { Ban, CircleCheck, CircleDashed, CirclePlay, CircleX, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "@/app/ui/class-names";

export type Tone = "good" | "running" | "warn" | "bad" | "idle" | "ended";

const looks: Record<Tone, { icon: LucideIcon; color: string }> = {
  good: { icon: CircleCheck, color: "text-good" },
  running: { icon: CirclePlay, color: "text-accent-strong" },
  warn: { icon: TriangleAlert, color: "text-warn" },
  bad: { icon: CircleX, color: "text-bad" },
  idle: { icon: CircleDashed, color: "text-muted" },
  ended: { icon: Ban, color: "text-muted" },
};

/** A meaning: always an icon, a word and a colour. */
export function StatusMark({ tone, children, className }: { tone: Tone; children: ReactNode; className?: string }) {
  const { icon: Icon, color } = looks[tone];
  return (
    <span className={cx("inline-flex min-w-0 max-w-full items-center gap-1.5 align-middle", color, className)}>
      <Icon aria-hidden className={cx("size-4 shrink-0", tone === "running" && "pulse")} />
      <span className="truncate">{children}</span>
    </span>
  );
}
