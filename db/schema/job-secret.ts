import { uuid } from "drizzle-orm/pg-core";
import { secretJson } from "@/db/secret";
import { controlPlane, createdAt } from "./control-plane";
import { jobs } from "./job";

/** Keys that somebody brought along to open an encrypted backup: secret keys of age, or a passphrase. */
export type SuppliedKeys = { identities?: string[]; passphrase?: string };

/**
 * What a job needs and nobody may read. A trigger removes the row in the transaction that ends the job, whoever ends it and
 * however.
 */
export const jobSecrets = controlPlane.table("job_secrets", {
  jobId: uuid("job_id")
    .primaryKey()
    .references(() => jobs.id, { onDelete: "cascade" }),
  keys: secretJson<SuppliedKeys>("keys").notNull(),
  createdAt: createdAt(),
});
