import { readFile } from "node:fs/promises";
import path from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import { runMigrations as installQueue } from "graphile-worker";
import postgres from "postgres";
import { z } from "zod";

/** "coffer" as a number: two processes that start at once migrate one after the other. */
const migrationLock = 0x636f66666572;

/**
 * Brings the control plane and the queue's own schema to this version. Safe to call at any time, from several processes.
 * `root` is the folder that holds `db/migrations`.
 */
export async function migrate(url: string, root = process.cwd()): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await client`select pg_advisory_lock(${migrationLock})`;
    await applyMigrations(drizzle(client), {
      migrationsFolder: path.join(root, "db/migrations"),
      migrationsSchema: "control_plane",
    });
    await installQueue({ connectionString: url });
  } finally {
    await client.end();
  }
}

const journal = z.object({ entries: z.array(z.unknown()) });

/** How many migrations this version has. */
export async function expectedMigrations(root = process.cwd()): Promise<number> {
  const text = await readFile(path.join(root, "db/migrations/meta/_journal.json"), "utf8");
  return journal.parse(JSON.parse(text)).entries.length;
}
