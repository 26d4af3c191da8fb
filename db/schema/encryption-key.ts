import { sql } from "drizzle-orm";
import { check, text, uniqueIndex } from "drizzle-orm/pg-core";
import { secretJson } from "@/db/secret";
import { at, controlPlane, createdAt, id } from "./control-plane";

/** A pair of age keys. New backups are encrypted for every one that is not retired; each alone opens them. */
export const encryptionKeys = controlPlane.table(
  "encryption_keys",
  {
    id: id(),
    name: text("name").notNull(),
    /** The public key, `age1…`. */
    recipient: text("recipient").notNull(),
    /** The secret key, `AGE-SECRET-KEY-1…`; null when only the operator has it. */
    identity: secretJson<string>("identity"),
    createdAt: createdAt(),
    /** Not used for new backups any more; what it was used for it still opens. */
    retiredAt: at("retired_at"),
  },
  (t) => [
    uniqueIndex("encryption_keys_recipient").on(t.recipient),
    // A secret key must never stand where everybody may read.
    check("encryption_keys_recipient_is_public", sql`${t.recipient} like 'age1%'`),
  ],
);
