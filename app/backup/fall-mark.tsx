import { TriangleAlert } from "lucide-react";
import { fallDetails, fallWords } from "@/app/backup/fall-words";
import type { Fall } from "@/app/trpc/types";

/** The same in a row: on a narrow screen only the icon is seen. */
export function FallMark({ fall }: { fall: Fall }) {
  return (
    <span title={fallDetails(fall)} className="inline-flex shrink-0 items-center gap-1 text-warn text-xs">
      <TriangleAlert aria-hidden className="size-3.5" />
      <span className="max-lg:sr-only">{fallWords(fall)}</span>
    </span>
  );
}
