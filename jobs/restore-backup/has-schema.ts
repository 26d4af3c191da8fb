import type { Connection } from "@/db/schema";
import { withTenant } from "@/jobs/postgres/connection";

/** Whether the database has a schema of this name. */
export const hasSchema = (connection: Connection, name: string): Promise<boolean> =>
  withTenant(connection, "coffer:restore", async (session) => {
    return (await session`select from pg_namespace where nspname = ${name}`).length > 0;
  });
