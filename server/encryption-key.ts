import type { Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { activeRecipients } from "@/jobs/archive/recipients";

/** Throws NO_ENCRYPTION_KEY, and so takes back what the transaction has done, when there is nothing to encrypt for. */
export async function requireKey(tx: Tx): Promise<void> {
  if ((await activeRecipients(tx)).length > 0) return;
  const message = "There is no encryption key in use. An administrator has to make or add one first, under Encryption.";
  throw new AppError("NO_ENCRYPTION_KEY", message);
}
