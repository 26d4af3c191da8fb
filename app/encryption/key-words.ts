import type { EncryptionKey } from "@/app/trpc/types";

/** Who has the secret key, as far as Coffer knows. */
export const custodyWord = ({ isKept }: Pick<EncryptionKey, "isKept">): string =>
  isKept ? "Kept by Coffer" : "Only its owner has it";

/** `show` and `keep` are the names of the procedure. */
export const custodies = [
  {
    value: "show",
    name: "Show it to me once",
    about: "To copy or to download. You then have what opens the backups, wherever Coffer is.",
  },
  {
    value: "keep",
    name: "Let Coffer keep it",
    about:
      "Sealed with COFFER_SECRET, so that Coffer can restore and verify by itself. Whoever has its database and that secret can then read the backups.",
  },
] as const;

/** `age1ql3z7hj…mcac8p`: enough to tell two apart. */
export const shortKey = (recipient: string): string =>
  recipient.length > 24 ? `${recipient.slice(0, 11)}…${recipient.slice(-6)}` : recipient;
