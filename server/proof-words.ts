import type { ProofCheck, ProofLevel, ProofResult } from "@/db/schema";
import type { Verdict } from "@/jobs/verify-backup/compare";

export const checkWords: Record<ProofCheck["name"], string> = {
  file_existence: "File is there",
  checksum_validation: "Checksum",
  decryption_test: "Decryption",
  decompression_test: "Decompression",
  archive_integrity: "Archive",
  restore_test: "Restore",
};

export const resultWords: Record<ProofCheck["result"], string> = {
  passed: "Passed",
  failed: "Failed",
  skipped: "Skipped",
};

/** Of tables, and of sequences, which only differ. */
export const verdictWords: Record<Verdict | "differs", string> = {
  equal: "Equal",
  "rows equal": "Same number of rows",
  "rows differ": "Rows differ",
  "content differs": "Content differs",
  missing: "Missing",
  unexpected: "Unexpected",
  differs: "Differs",
};

/** Whether it is as it was in the snapshot. */
export const isFine = (verdict: Verdict | "differs"): boolean => verdict === "equal" || verdict === "rows equal";

/** What a proof says in a few words. */
export function proofWords({ result, level }: { result: ProofResult; level: ProofLevel }): string {
  if (result === "failed") return "Not proven";
  return level === "restore" ? "Proven by a restore" : "File is whole";
}
