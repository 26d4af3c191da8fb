import postgres from "postgres";
import type { EmbeddedPostgres } from "@/bin/embedded-postgres";
import { say } from "@/bin/run";
import { createDemoTenants } from "@/db/demo/demo-tenants";

/** Fills the demo tenants; with `reset` anew. */
export async function makeDemo(embedded: EmbeddedPostgres, reset: boolean): Promise<void> {
  say("Making demo tenants …");
  const sql = postgres(embedded.tenantsUrl, { max: 2, onnotice: () => {} });
  try {
    await createDemoTenants(sql, { reset });
  } finally {
    await sql.end({ timeout: 5 });
  }
}
