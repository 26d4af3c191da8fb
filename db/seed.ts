import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { db, type Tx } from "@/db/client";
import { demoTenants } from "@/db/demo/demo-tenants";
import { hashPassword } from "@/db/password";
import { type Connection, databases, projects, users } from "@/db/schema";

type FirstRun = {
  adminEmail: string;
  /** A random one is made and given back when undefined. */
  adminPassword: string | undefined;
  /** The server to offer from the start. Its address is brought up to date at each start: an embedded server may have moved. */
  registerDatabase: { name: string; connection: Connection } | null;
  demo: boolean;
};

/** Makes the first admin, the first database and the demo projects, each only where there is none yet. */
export async function seedFirstRun(
  options: FirstRun,
): Promise<{ createdAdmin: { email: string; password: string | null } | null }> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('coffer.seed'))`);
    const createdAdmin = await seedAdmin(tx, options);
    if (options.registerDatabase)
      await registerDatabase(tx, options.registerDatabase, options.demo && createdAdmin !== null);
    return { createdAdmin };
  });
}

async function seedAdmin(tx: Tx, { adminEmail, adminPassword }: FirstRun) {
  const [anybody] = await tx.select({ id: users.id }).from(users).limit(1);
  if (anybody) return null;
  const password = adminPassword ?? randomBytes(12).toString("base64url");
  await tx
    .insert(users)
    .values({ email: adminEmail, name: "Administrator", role: "admin", passwordHash: await hashPassword(password) });
  return { email: adminEmail, password: adminPassword === undefined ? password : null };
}

async function registerDatabase(
  tx: Tx,
  { name, connection }: { name: string; connection: Connection },
  withDemo: boolean,
) {
  const [database] = await tx
    .insert(databases)
    .values({ name, connection })
    .onConflictDoUpdate({ target: databases.name, set: { connection } })
    .returning({ id: databases.id });
  if (!database || !withDemo) return;
  const rows = demoTenants.map(({ slug, name, schema }) => ({
    slug,
    name,
    schemaName: schema,
    databaseId: database.id,
  }));
  await tx.insert(projects).values(rows).onConflictDoNothing();
}
