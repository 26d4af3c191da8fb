import { and, eq, isNull } from "drizzle-orm";
import type { z } from "zod";
import { type Origin, recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { type Connection, databases, jobs, projects } from "@/db/schema";
import { answering } from "@/jobs/discovery/health";
import { schemasIn } from "@/jobs/discovery/schemas";
import { type knownConnection, withPassword } from "@/server/database-input";
import { isNameTaken } from "@/server/name-taken";
import { findDatabase, reach, testConnection } from "@/server/tenant-database";

type Wanted = { databaseId: string; name: string; connection: z.infer<typeof knownConnection> };

/** Keeps another name of a database and another way to it. Throws DATABASE_UNREACHABLE, VALIDATION_ERROR, PROJECT_BUSY or ALREADY_EXISTS. */
export async function changeConnection(origin: Origin, { databaseId, name, connection: given }: Wanted) {
  const before = await findDatabase(db, databaseId);
  const connection = withPassword(given, before.connection);
  const info = await testConnection(connection);
  const isMoved = !isSameDatabase(connection, before.connection);
  if (isMoved) await requireSchemas(databaseId, connection);
  return db.transaction(async (tx) => {
    if (isMoved) await requireIdle(tx, databaseId);
    if (name !== before.name && (await isNameTaken(tx, databases, { id: databaseId, name })))
      throw new AppError("ALREADY_EXISTS", `There is a database with the name ${name} already.`);
    await tx
      .update(databases)
      .set({ name, connection, ...answering(info) })
      .where(eq(databases.id, databaseId));
    const { host, port, user, database } = connection;
    await recordAudit(tx, origin, {
      action: "database.changed",
      subject: { kind: "database", id: databaseId },
      details: { name, host, port, user, database, isMoved },
    });
    return { databaseId, name };
  });
}

const isSameDatabase = (one: Connection, other: Connection) =>
  one.host === other.host && one.port === other.port && one.database === other.database;

/** What a typing error would make of every project is worth a look. */
async function requireSchemas(databaseId: string, connection: Connection): Promise<void> {
  const there = new Set((await reach(connection, schemasIn)).map(({ name }) => name));
  const wanted = await db
    .select({ name: projects.schemaName })
    .from(projects)
    .where(eq(projects.databaseId, databaseId));
  const missing = wanted.map((project) => project.name).filter((schema) => !there.has(schema));
  if (missing.length === 0) return;
  const few = missing.slice(0, 5).join(", ");
  throw new AppError(
    "VALIDATION_ERROR",
    `There it has no schema ${few}${missing.length > 5 ? ` and ${missing.length - 5} more` : ""}, of which there are projects. Move them first.`,
  );
}

/** A job that is under way would be cleaned up after at the new server, and leave its sessions at the old one. */
async function requireIdle(tx: Tx, databaseId: string): Promise<void> {
  const [job] = await tx
    .select({ id: jobs.id })
    .from(jobs)
    .innerJoin(projects, eq(projects.id, jobs.projectId))
    .where(and(eq(projects.databaseId, databaseId), isNull(jobs.finishedAt)))
    .limit(1);
  if (job)
    throw new AppError(
      "PROJECT_BUSY",
      "Jobs of its projects are under way. Wait until they have ended, or cancel them.",
    );
}
