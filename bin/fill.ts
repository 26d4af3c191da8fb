import { asc, eq } from "drizzle-orm";
import { root } from "@/bin/build";
import { makeDemo } from "@/bin/demo";
import type { EmbeddedPostgres } from "@/bin/embedded-postgres";
import { readState, writeState } from "@/bin/embedded-state";
import type { Settings } from "@/bin/settings";
import { controlPlane, db } from "@/db/client";
import { migrate } from "@/db/migrate";
import { users } from "@/db/schema";
import { seedFirstRun } from "@/db/seed";

export type Account = {
  email: string;
  /** Only when it was just made up. */
  password: string | null;
};

/** Tables, demo tenants, the first account. `embedded` is undefined when DATABASE_URL names the server. */
export async function fill(settings: Settings, embedded: EmbeddedPostgres | undefined): Promise<Account> {
  const url = embedded?.controlUrl ?? settings.databaseUrl ?? "";
  process.env.DATABASE_URL = url;
  process.env.DATA_DIR = settings.dataDir;
  await migrate(url, root);
  const demo = embedded !== undefined && settings.demo;
  try {
    if (demo) await makeDemoOnce(settings.dataDir, embedded);
    const { createdAdmin } = await seedFirstRun({
      adminEmail: settings.adminEmail,
      adminPassword: settings.adminPassword,
      registerDatabase: embedded ? { name: "Built-in PostgreSQL", connection: embedded.tenants } : null,
      demo,
    });
    return createdAdmin ?? { email: (await firstAdmin()) ?? settings.adminEmail, password: null };
  } finally {
    await controlPlane().end();
  }
}

/** Demo tenants are made once: somebody who removed them does not want them back. */
async function makeDemoOnce(dataDir: string, embedded: EmbeddedPostgres): Promise<void> {
  const state = await readState(dataDir);
  if (!state || state.demoMadeAt) return;
  await makeDemo(embedded, false);
  await writeState(dataDir, { ...state, demoMadeAt: new Date().toISOString() });
}

async function firstAdmin(): Promise<string | undefined> {
  const [admin] = await db
    .select({ email: users.email })
    .from(users)
    .where(eq(users.role, "admin"))
    .orderBy(asc(users.createdAt))
    .limit(1);
  return admin?.email;
}
