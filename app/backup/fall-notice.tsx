import { fallDetails, fallWords } from "@/app/backup/fall-words";
import type { Fall } from "@/app/trpc/types";
import { Notice } from "@/app/ui/notice";

/** A backup that is whole may still be one of a project that has lost its data. */
export function FallNotice({ fall }: { fall: Fall }) {
  return (
    <Notice tone="warn" title={`${fallWords(fall)} than usual`}>
      {fallDetails(fall)} If that was not meant, pin an older backup before a cleanup takes it.
    </Notice>
  );
}
