import postgres from "postgres";
import { ensureBuilt } from "@/bin/build";
import type { Closing } from "@/bin/closing";
import { claimDataDir, ensureSecret, requirePort } from "@/bin/data-dir";
import { type EmbeddedPostgres, startEmbedded } from "@/bin/embedded-postgres";
import type { Account } from "@/bin/fill";
import { ensurePostgres, operatorFolders } from "@/bin/install-postgres";
import { ensurePackages } from "@/bin/packages";
import { say } from "@/bin/run";
import type { Settings } from "@/bin/settings";
import { AppError, messageOf } from "@/db/errors";
import { toolFor } from "@/jobs/postgres/tools";

/** Everything that web and worker need: PostgreSQL, tables, the first account, a build. */
export async function prepare(settings: Settings, closing: Closing, build: boolean): Promise<Account> {
  await requirePort(settings);
  const lock = await claimDataDir(settings.dataDir);
  closing.defer(lock.release);
  const firstRun = await ensureSecret(settings.dataDir);
  // It takes a while to load, and PostgreSQL a while to start.
  const loading = import("@/bin/fill");
  loading.catch(() => {});
  const database = async () => {
    await ensurePostgres(settings.databaseUrl ? "client" : "server");
    // Faster compressors; without them Node's own do the work.
    if (firstRun) await ensurePackages(["igzip", "zstd"]);
    const server = settings.databaseUrl ? undefined : await startOwn(settings.dataDir, closing);
    if (settings.databaseUrl) await checkGiven(settings.databaseUrl);
    const { fill } = await loading;
    return fill(settings, server);
  };
  const [account] = await Promise.all([database(), build ? ensureBuilt({ signal: closing.signal }) : undefined]);
  return account;
}

/** Whether the server of DATABASE_URL answers, and whether we have programs for it. */
async function checkGiven(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql<{ version: number }[]>`select current_setting('server_version_num')::int as version`;
    const major = Math.trunc((row?.version ?? 0) / 10_000);
    const tool = await toolFor("pg_dump", major, { extraFolders: operatorFolders() });
    if ("missing" in tool) say(tool.missing);
  } catch (error) {
    throw new AppError("UNAVAILABLE", `The server of DATABASE_URL does not let Coffer in: ${messageOf(error)}`);
  } finally {
    await sql.end();
  }
}

async function startOwn(dataDir: string, closing: Closing): Promise<EmbeddedPostgres> {
  const starting = startEmbedded({ dataDir, onStart: (version) => say(`Starting PostgreSQL ${version} …`) });
  // Also when the end comes while it starts.
  closing.defer(async () => {
    const server = await starting.catch(() => undefined);
    await server?.stop();
  });
  const server = await starting;
  closing.defer(async () => {}, server.kill);
  return server;
}
