import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import postgres from "postgres";
import { bundleProcesses, root } from "@/bin/build";
import { roles } from "@/bin/embedded-state";
import { ensurePostgres } from "@/bin/install-postgres";
import { startThrowaway, type ThrowawayPostgres } from "@/bin/throwaway-postgres";
import { migrate } from "@/db/migrate";

let server: ThrowawayPostgres | undefined;
/** Within the folder of package.json, where it finds its packages. */
const bundles = path.join(root, `node_modules/.cache/coffer-test-${process.pid}`);

/** Vitest calls this once before all tests: a PostgreSQL of their own, with an empty control plane, and a worker as it is shipped. */
export async function setup(): Promise<void> {
  await ensurePostgres("server");
  server = await startThrowaway();
  await bundleProcesses(["bin/worker.ts"], bundles);
  Object.assign(process.env, {
    DATA_DIR: server.dataDir,
    DATABASE_URL: server.controlUrl,
    COFFER_SECRET: randomBytes(48).toString("base64url"),
    LOG_LEVEL: "silent",
    TEST_WORKER: path.join(bundles, "worker.js"),
    TEST_DATABASE_URL: server.controlUrl,
    TEST_TENANT_URL: server.tenantsUrl,
    TEST_ADMIN_URL: server.adminUrl,
  });
  await migrate(server.controlUrl);
  // Dumps from elsewhere need it, and not every version has it from the start (bin/embedded-roles.ts).
  const admin = postgres(server.adminUrl, { max: 1 });
  await admin.unsafe(`alter role ${roles.tenants} createrole`);
  await admin.end();
}

export async function teardown(): Promise<void> {
  await server?.stop();
  await rm(bundles, { recursive: true, force: true });
}
