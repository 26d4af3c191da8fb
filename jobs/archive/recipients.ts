import { and, inArray, isNotNull, isNull } from "drizzle-orm";
import { type Db, db, type Tx } from "@/db/client";
import { encryptionKeys } from "@/db/schema";

/** The public keys that new backups are encrypted for. */
export async function activeRecipients(tx: Tx | Db = db): Promise<string[]> {
  const rows = await tx
    .select({ recipient: encryptionKeys.recipient })
    .from(encryptionKeys)
    .where(isNull(encryptionKeys.retiredAt))
    .orderBy(encryptionKeys.createdAt, encryptionKeys.id);
  return rows.map(({ recipient }) => recipient);
}

/** Whether the server has a secret key of one of these public ones. */
export async function keepsIdentity(recipients: string[]): Promise<boolean> {
  const isKept = and(inArray(encryptionKeys.recipient, recipients), isNotNull(encryptionKeys.identity));
  return (await db.$count(encryptionKeys, isKept)) > 0;
}

/** The secret keys of these public ones, as far as the server has them. Retired ones too: old backups stay readable. */
export async function keptIdentities(recipients: string[]): Promise<string[]> {
  const rows = await db
    .select({ identity: encryptionKeys.identity })
    .from(encryptionKeys)
    .where(and(inArray(encryptionKeys.recipient, recipients), isNotNull(encryptionKeys.identity)));
  return rows.flatMap(({ identity }) => identity ?? []);
}
