import type { BackupDetails, Proof, ProofTable } from "@/app/trpc/types";
import type { Tone } from "@/app/ui/status-mark";

export const levels = [
  {
    value: "restore",
    name: "Restore",
    about: "restores it into a scratch database, and compares every table and sequence",
  },
  { value: "archive", name: "Archive", about: "checks the sha256 and reads the file to its end" },
] as const satisfies { value: Proof["level"]; name: string; about: string }[];

export const checkWords: Record<Proof["checks"][number]["name"], string> = {
  file_existence: "File is there",
  checksum_validation: "Checksum",
  decryption_test: "Decryption",
  decompression_test: "Decompression",
  archive_integrity: "Archive",
  restore_test: "Restore",
};

export const resultLooks: Record<Proof["checks"][number]["result"], { tone: Tone; word: string }> = {
  passed: { tone: "good", word: "Passed" },
  failed: { tone: "bad", word: "Failed" },
  skipped: { tone: "ended", word: "Not needed" },
};

/** What a proof says in a few words. */
export function proofLooks({ result, level }: Pick<Proof, "result" | "level">): { tone: Tone; word: string } {
  if (result === "failed") return { tone: "bad", word: "Not proven" };
  return { tone: "good", word: level === "restore" ? "Proven by a restore" : "File is whole" };
}

/** The same for a backup, by its last proof that passed. */
export function verifiedLooks(backup: Pick<BackupDetails, "verifiedAt" | "verifiedLevel">): {
  tone: Tone;
  word: string;
} {
  if (!backup.verifiedAt) return { tone: "idle", word: "Not proven yet" };
  return proofLooks({ result: "passed", level: backup.verifiedLevel ?? "archive" });
}

export const verdictLooks: Record<ProofTable["verdict"] | "differs", { tone: Tone; word: string }> = {
  equal: { tone: "good", word: "Equal" },
  "rows equal": { tone: "good", word: "Same number of rows" },
  "rows differ": { tone: "bad", word: "Rows differ" },
  "content differs": { tone: "bad", word: "Content differs" },
  missing: { tone: "bad", word: "Missing" },
  unexpected: { tone: "bad", word: "Unexpected" },
  differs: { tone: "bad", word: "Differs" },
};
