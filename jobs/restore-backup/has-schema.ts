import type { Connection } from "@/db/schema";
import { connectTenant } from "@/jobs/postgres/connection";

/** Whether the database has a schema of this name. */
export async function hasSchema(connection: Connection, name: string): Promise<boolean> {
  const session = connectTenant(connection, "coffer:restore");
  try {
    return (await session`select from pg_namespace where nspname = ${name}`).length > 0;
  } finally {
    await session.end({ timeout: 1 });
  }
}
