import { makeDataDir, runningIn } from "@/bin/data-dir";
import { makeDemo } from "@/bin/demo";
import { startEmbedded } from "@/bin/embedded-postgres";
import { ensurePostgres } from "@/bin/install-postgres";
import { say } from "@/bin/run";
import { readSettings } from "@/bin/settings";
import { AppError } from "@/db/errors";

/** Makes the demo tenants anew. The server is left as it was found: running or not. */
async function resetDemo(): Promise<void> {
  const { dataDir, databaseUrl } = await readSettings();
  if (databaseUrl)
    throw new AppError("UNAVAILABLE", "DATABASE_URL is set: demo tenants are made on Coffer's own PostgreSQL only.");
  await ensurePostgres("server");
  await makeDataDir(dataDir);
  const server = await startEmbedded({ dataDir, onStart: (version) => say(`Starting PostgreSQL ${version} …`) });
  try {
    await makeDemo(server, true);
  } finally {
    // Coffer may have been started meanwhile: then the server is in use.
    if (!server.reused && (await runningIn(dataDir)) === undefined) await server.stop();
  }
  say("The demo tenants are as new.");
}

await resetDemo().catch((error: unknown) => {
  console.error(error instanceof AppError ? error.message : error);
  process.exitCode = 1;
});
