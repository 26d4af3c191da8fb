import Link from "next/link";
import { copyLooks } from "@/app/copy/copy-words";
import { AttentionItem } from "@/app/overview/attention-item";
import type { LostCopies } from "@/app/trpc/types";
import { buttonClass } from "@/app/ui/button";

/** A copy that should be at its destination and is not. */
export function LostCopy({ copy }: { copy: LostCopies["copies"][number] }) {
  const href = `/projects/${copy.projectSlug}/backups/${copy.backupId}`;
  return (
    <AttentionItem
      tone="warn"
      word={`Copy ${copyLooks[copy.status].word.toLowerCase()}`}
      about={{ name: copy.projectName, href }}
      time={copy.since}
      text={`${copy.filename} at ${copy.destinationName}. ${copy.problem ?? ""}`}
      actions={
        <Link href={href} prefetch={false} className={buttonClass({ size: "sm" })}>
          Open backup
        </Link>
      }
    />
  );
}
