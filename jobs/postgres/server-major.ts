import type { Connection } from "@/db/schema";
import { withTenant } from "@/jobs/postgres/connection";

/** The server's major version: 15, 18, … */
export const serverMajor = (connection: Connection): Promise<number> =>
  withTenant(connection, "coffer:version", async (session) => {
    const [row] = await session<{ number: number }[]>`select current_setting('server_version_num')::int as number`;
    return Math.floor((row?.number ?? 0) / 10_000);
  });
