import { eq } from "drizzle-orm";
import { type Db, db, type Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { type Connection, databases } from "@/db/schema";
import { askServer, type ServerInfo } from "@/jobs/discovery/health";
import { schemasIn } from "@/jobs/discovery/schemas";
import { failureOf } from "@/jobs/lifecycle/failure";
import { connectTenant } from "@/jobs/postgres/connection";

/** A registered database. Throws DATABASE_NOT_FOUND. */
export async function findDatabase(tx: Tx | Db, id: string) {
  const [database] = await tx.select().from(databases).where(eq(databases.id, id));
  if (!database) throw new AppError("DATABASE_NOT_FOUND", "There is no such database.");
  return database;
}

/** The schemas of a registered database. */
export async function listSchemas(databaseId: string) {
  const { connection } = await findDatabase(db, databaseId);
  return reach(connection, schemasIn);
}

/** Opens the connection and tells what is there. */
export const testConnection = (connection: Connection): Promise<ServerInfo> => reach(connection, askServer);

/** Asks a tenant's database something. Throws DATABASE_UNREACHABLE with the reason when it does not answer. */
export async function reach<T>(
  connection: Connection,
  ask: (tenant: ReturnType<typeof connectTenant>) => Promise<T>,
): Promise<T> {
  const tenant = connectTenant(connection, "coffer:web");
  try {
    return await ask(tenant);
  } catch (error) {
    throw toUnreachable(error);
  } finally {
    await tenant.end({ timeout: 1 });
  }
}

/** What was thrown while a tenant's database was asked: DATABASE_UNREACHABLE with the reason, unless nobody foresaw it. */
export function toUnreachable(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const { code, message } = failureOf(error);
  return code === "internal_error" ? error : new AppError("DATABASE_UNREACHABLE", message);
}
