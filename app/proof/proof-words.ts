import type { BackupDetails, Proof, ProofTable } from "@/app/trpc/types";
import type { Tone } from "@/app/ui/status-mark";
import { checkWords, isFine, proofWords, resultWords, verdictWords } from "@/server/proof-words";

export const levels = [
  {
    value: "restore",
    name: "Restore",
    about: "restores it into a scratch database, and compares every table and sequence",
  },
  { value: "archive", name: "Archive", about: "checks the sha256 and reads the file to its end" },
] as const satisfies { value: Proof["level"]; name: string; about: string }[];

type Look = { tone: Tone; word: string };
type Check = Proof["checks"][number];

const resultTones: Record<Check["result"], Tone> = { passed: "good", failed: "bad", skipped: "ended" };

export const checkWord = (name: Check["name"]): string => checkWords[name];

export const resultLooks = (result: Check["result"]): Look => ({
  tone: resultTones[result],
  word: resultWords[result],
});

/** What a proof says in a few words. */
export const proofLooks = (proof: Pick<Proof, "result" | "level">): Look => ({
  tone: proof.result === "failed" ? "bad" : "good",
  word: proofWords(proof),
});

/** The same for a backup, by its last proof that passed. */
export function verifiedLooks(backup: Pick<BackupDetails, "verifiedAt" | "verifiedLevel">): Look {
  if (!backup.verifiedAt) return { tone: "idle", word: "Not proven yet" };
  return proofLooks({ result: "passed", level: backup.verifiedLevel ?? "archive" });
}

type AnyVerdict = ProofTable["verdict"] | "differs";

export const verdictLooks = (verdict: AnyVerdict): Look => ({
  tone: isFine(verdict) ? "good" : "bad",
  word: verdictWords[verdict],
});
