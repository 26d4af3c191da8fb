import type { Connection } from "@/db/schema";
import { connectTenant } from "@/jobs/postgres/connection";

/** The server's major version: 15, 18, … */
export async function serverMajor(connection: Connection): Promise<number> {
  const session = connectTenant(connection, "coffer:version");
  try {
    const [row] = await session<{ number: number }[]>`select current_setting('server_version_num')::int as number`;
    return Math.floor((row?.number ?? 0) / 10_000);
  } finally {
    await session.end({ timeout: 1 });
  }
}
