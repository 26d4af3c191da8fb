import type { Connection } from "@/db/schema";
import { connectTenant } from "@/jobs/postgres/connection";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { hasSchema } from "@/jobs/restore-backup/has-schema";

/** Gives a schema that was restored beside its own name. */
export async function giveName(connection: Connection, beside: string, name: string): Promise<void> {
  // A transaction that is repeated, after the control plane was away, has done it before.
  if (!(await hasSchema(connection, beside))) return;
  const session = connectTenant(connection, "coffer:clone");
  try {
    await session.unsafe(`alter schema ${quoteIdent(beside)} rename to ${quoteIdent(name)}`);
  } finally {
    await session.end({ timeout: 1 });
  }
}
