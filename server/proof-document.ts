import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { type backups, databases, jobs, type projects, proofs, users } from "@/db/schema";
import { manifestSchema } from "@/jobs/archive/manifest";
import { restoredSchema } from "@/jobs/verify-backup/proof";
import type { proofDocument } from "@/server/rest/present/proof";

/** All that a proof says, for somebody who has nothing but this. */
export type ProofDocument = z.infer<typeof proofDocument>;

type Subject = {
  backup: typeof backups.$inferSelect;
  project: Pick<typeof projects.$inferSelect, "slug" | "name" | "schemaName" | "databaseId">;
};

/** Throws PROOF_NOT_FOUND for a proof that is none of this backup. */
export async function proofDocumentOf({ backup, project }: Subject, proofId: string): Promise<ProofDocument> {
  const [row] = await db
    .select({ proof: proofs, startedAt: jobs.startedAt, requestId: jobs.requestId, by: users })
    .from(proofs)
    .innerJoin(jobs, eq(jobs.id, proofs.jobId))
    .leftJoin(users, eq(users.id, jobs.userId))
    .where(and(eq(proofs.id, proofId), eq(proofs.backupId, backup.id)));
  if (!row) throw new AppError("PROOF_NOT_FOUND", "There is no such proof.");
  const { proof, by } = row;
  const restored = restoredSchema.nullable().parse(proof.restored);
  return {
    proofId: proof.id,
    jobId: proof.jobId,
    result: proof.result,
    level: proof.level,
    startedAt: (row.startedAt ?? proof.createdAt).toISOString(),
    provenAt: proof.createdAt.toISOString(),
    requestedBy: by && { name: by.name, email: by.email },
    requestId: row.requestId,
    project: { slug: project.slug, name: project.name, database: await databaseName(project.databaseId) },
    backup: told(backup),
    checks: proof.checks,
    complaint: restored?.complaint ?? null,
    missing: restored?.missing ?? [],
    tables: restored?.proof?.tables ?? [],
    sequences: restored?.proof?.sequences ?? [],
  };
}

async function databaseName(id: string): Promise<string> {
  const [row] = await db.select({ name: databases.name }).from(databases).where(eq(databases.id, id));
  return row?.name ?? "";
}

function told(backup: Subject["backup"]): ProofDocument["backup"] {
  const { project, snapshotAt, serverVersion, clientVersion, schemaVersion } = manifestSchema.parse(backup.manifest);
  const { id, filename, sha256, sizeBytes, format, compression, encrypted, createdAt } = backup;
  return {
    backupId: id,
    ...{ filename, sha256, sizeBytes, format, compression, encrypted },
    createdAt: createdAt.toISOString(),
    schema: project.schema,
    ...{ snapshotAt, serverVersion, clientVersion, schemaVersion },
  };
}
