import { Pin } from "lucide-react";
import { cx } from "@/app/ui/class-names";

/** No cleanup removes this one. `isTight`: on a narrow screen only the icon is seen. */
export function PinnedMark({ isTight = false }: { isTight?: boolean }) {
  return (
    <span
      title="No cleanup removes it while it is pinned"
      className="inline-flex shrink-0 items-center gap-1 text-accent-strong text-xs"
    >
      <Pin aria-hidden className="size-3.5" />
      <span className={cx(isTight && "max-lg:sr-only")}>Pinned</span>
    </span>
  );
}
