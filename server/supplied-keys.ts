import { z } from "zod";
import { AppError } from "@/db/errors";
import type { SuppliedKeys } from "@/db/schema";
import { readIdentities } from "@/jobs/archive/age/identity-file";
import { recipientOf } from "@/jobs/archive/age/keys";

const identity = z
  .string()
  .max(64 * 1024, { abort: true })
  .superRefine((text, { addIssue }) => {
    try {
      readIdentities(text);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      addIssue({ code: "custom", message: error.message });
    }
  })
  .optional()
  .meta({
    description:
      "For an encrypted backup whose key Coffer does not keep: AGE-SECRET-KEY-1…, or the text of an identity file. It is used for this alone and kept no longer.",
  });

const passphrase = z
  .string()
  .min(1)
  .max(1000)
  .optional()
  .meta({ description: "The same for a file that was encrypted with a passphrase." });

type Supplied = { identity?: string; passphrase?: string };

/** The fields with which a caller brings a key along. An object that has them also needs `notBoth`. */
export const keyFields = { identity, passphrase };

export const notBoth = [
  ({ identity, passphrase }: Supplied) => identity === undefined || passphrase === undefined,
  "Give a secret key or a passphrase, not both.",
] as const;

/**
 * The keys to open this backup with; undefined when none came along, or none is needed. Throws WRONG_KEY when it is for
 * other keys than these, as far as can be told without its file.
 */
export function keysFor(
  backup: { encrypted: boolean; recipients: string[] },
  { identity, passphrase }: Supplied,
): SuppliedKeys | undefined {
  if (!backup.encrypted) return undefined;
  if (identity === undefined) return passphrase === undefined ? undefined : { passphrase };
  const identities = readIdentities(identity);
  if (identities.some((key) => backup.recipients.includes(recipientOf(key)))) return { identities };
  const made = backup.recipients.map((recipient) => `${recipient.slice(0, 12)}…`).join(" and ");
  throw new AppError("WRONG_KEY", `This is another key than the backup was made for, which is that of ${made}.`);
}
