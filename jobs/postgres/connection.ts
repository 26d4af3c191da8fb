import postgres from "postgres";
import type { Connection } from "@/db/schema";

/** Who we are in pg_stat_activity: every session of an attempt starts with `coffer:<job>:<fence>`. */
export const applicationName = (jobId: string, fence: number, part?: "snapshot" | "monitor") =>
  part ? `coffer:${jobId}:${fence}:${part}` : `coffer:${jobId}:${fence}`;

/** In ms, the longest that PostgreSQL knows. postgres.js leaves a 0, which would mean "no limit", out. */
const days24 = 2 ** 31 - 1;

/** A small pool of sessions at a tenant's database. Limits the tenant's role may have set are ours to decide, not theirs. */
export function connectTenant(connection: Connection, name: string, max = 1): postgres.Sql {
  return postgres({
    host: connection.host,
    port: connection.port,
    user: connection.user,
    password: connection.password,
    database: connection.database,
    ssl: { disable: false, prefer: "prefer", require: "require", "verify-full": "verify-full" }[
      connection.ssl
    ] as "prefer",
    max,
    connect_timeout: 10,
    // A session that holds a snapshot must not be replaced by a younger one.
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    connection: {
      application_name: name,
      statement_timeout: days24,
      idle_in_transaction_session_timeout: days24,
      // Questions about the catalog look expensive and take milliseconds: compiling them took a hundred times as long.
      jit: "off",
    },
  });
}

/** Does some work in one session at a tenant's database, which ends with it. */
export async function withTenant<T>(
  connection: Connection,
  name: string,
  work: (session: postgres.Sql) => Promise<T>,
): Promise<T> {
  const session = connectTenant(connection, name);
  try {
    return await work(session);
  } finally {
    await session.end({ timeout: 1 });
  }
}

/** The connection as libpq wants it: variables, and a password file. Both are options of `spawnTool`. */
export function toolConnection(connection: Connection, name: string) {
  return {
    env: {
      PGHOST: connection.host,
      PGPORT: String(connection.port),
      PGUSER: connection.user,
      PGDATABASE: connection.database,
      PGSSLMODE: connection.ssl,
      PGAPPNAME: name,
      PGCONNECT_TIMEOUT: "10",
    },
    secret: { variable: "PGPASSFILE", text: `*:*:*:*:${connection.password.replace(/[\\:]/g, "\\$&")}\n` },
  };
}
