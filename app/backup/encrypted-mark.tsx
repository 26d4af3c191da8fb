import { LockKeyhole } from "lucide-react";

/** In a list, where the row says the rest. */
export function EncryptedMark() {
  return (
    <span title="Encrypted" className="inline-flex shrink-0 text-muted">
      <LockKeyhole aria-hidden className="size-3.5" />
      <span className="sr-only">Encrypted</span>
    </span>
  );
}
