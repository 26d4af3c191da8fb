import { parseTags } from "@/app/backup/tags";
import type { BackupChange } from "@/app/trpc/types";

type Described = { description: string | null; tags: string[] };

/** Only what the form changes, so that what somebody else has changed meanwhile stays; null when that is nothing. */
export function readDescribeForm(data: FormData, before: Described): Omit<BackupChange, "backupId"> | null {
  const description = String(data.get("description") ?? "").trim() || null;
  const tags = parseTags(String(data.get("tags") ?? ""));
  const change = {
    ...(description !== before.description && { description }),
    ...(tags.join() !== before.tags.join() && { tags }),
  };
  return Object.keys(change).length > 0 ? change : null;
}
