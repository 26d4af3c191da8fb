import { cx } from "@/app/ui/class-names";

type Props = { label: string; percent: number; size?: "sm" | "md"; stopped?: boolean };

/** Moves by its value and by nothing else. */
export function ProgressBar({ label, percent, size = "md", stopped }: Props) {
  return (
    <progress
      aria-label={label}
      max={100}
      value={percent}
      className={cx("block w-full rounded-full", size === "sm" ? "h-1.5" : "h-2", stopped && "text-muted")}
    />
  );
}
