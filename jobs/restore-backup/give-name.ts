import type { Connection } from "@/db/schema";
import { withTenant } from "@/jobs/postgres/connection";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { hasSchema } from "@/jobs/restore-backup/has-schema";

/** Gives a schema that was restored beside its own name. */
export async function giveName(connection: Connection, beside: string, name: string): Promise<void> {
  // A transaction that is repeated, after the control plane was away, has done it before.
  if (!(await hasSchema(connection, beside))) return;
  await withTenant(connection, "coffer:clone", (session) =>
    session.unsafe(`alter schema ${quoteIdent(beside)} rename to ${quoteIdent(name)}`),
  );
}
