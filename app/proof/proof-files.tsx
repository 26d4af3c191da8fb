import type { BackupDetails, Proof } from "@/app/trpc/types";

type Props = {
  proof: Pick<Proof, "id">;
  backup: Pick<BackupDetails, "id" | "filename">;
  /** Which proof, where there are several: links have to be told apart. */
  of?: string;
};

const linkClass = "rounded-sm text-accent-strong underline";

/** A proof to keep: as a page that is made for printing, and for programs. */
export function ProofFiles({ proof, backup, of = "this proof" }: Props) {
  const address = `/api/v1/backups/${backup.id}/proofs/${proof.id}`;
  return (
    <p className="flex flex-wrap gap-x-4 text-sm">
      <a href={`${address}/report`} target="_blank" rel="noreferrer" className={linkClass}>
        Report to print<span className="sr-only"> of {of}, in a new tab</span>
      </a>
      <a href={address} download={`proof_${backup.filename}.json`} className={linkClass}>
        JSON<span className="sr-only"> of {of}</span>
      </a>
    </p>
  );
}
