import type { BackupCopy } from "@/app/trpc/types";
import type { Tone } from "@/app/ui/status-mark";

/** What a copy's state is called. */
export const copyLooks: Record<BackupCopy["status"], { tone: Tone; word: string }> = {
  pending: { tone: "running", word: "On its way" },
  stored: { tone: "good", word: "Stored" },
  failed: { tone: "bad", word: "Not stored" },
  missing: { tone: "bad", word: "Missing" },
  corrupt: { tone: "bad", word: "Damaged" },
};
