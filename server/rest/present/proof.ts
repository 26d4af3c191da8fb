import { z } from "zod";
import { backupCompression, backupFormat, checkNames, proofLevel, proofResult } from "@/db/schema";
import { tableProof } from "@/jobs/verify-backup/compare";
import { sequenceProof } from "@/jobs/verify-backup/proof";
import type { OutputOf } from "@/server/rest/row";

const check = z.strictObject({
  name: z.enum(checkNames),
  result: z.enum(["passed", "failed", "skipped"]),
  detail: z.string(),
});

/** What a verification has found, in short. */
export const proofRecord = z
  .strictObject({
    proofId: z.uuid(),
    backupId: z.uuid(),
    verified: z.boolean(),
    level: z.enum(proofLevel.enumValues),
    verificationDate: z.iso.datetime(),
    errors: z.array(z.string()),
    checksPerformed: z.array(check),
  })
  .meta({ id: "Proof" });

type Known = Omit<OutputOf<"proof.list">[number], "jobId"> & { backupId: string };

export const presentProof = (proof: Known): z.input<typeof proofRecord> => ({
  proofId: proof.id,
  backupId: proof.backupId,
  verified: proof.result === "passed",
  level: proof.level,
  verificationDate: proof.createdAt.toISOString(),
  errors: proof.checks.filter(({ result }) => result === "failed").map(({ detail }) => detail),
  checksPerformed: proof.checks,
});

/** The same at full length: of what, for whom, and each table and sequence. */
export const proofDocument = z
  .strictObject({
    proofId: z.uuid(),
    jobId: z.uuid(),
    result: z.enum(proofResult.enumValues),
    level: z.enum(proofLevel.enumValues),
    startedAt: z.iso.datetime(),
    provenAt: z.iso.datetime(),
    requestedBy: z
      .strictObject({ name: z.string(), email: z.string() })
      .nullable()
      .meta({ description: "Null when Coffer did it of its own accord, or the account is gone." }),
    requestId: z.string().nullable(),
    project: z.strictObject({ slug: z.string(), name: z.string(), database: z.string() }),
    backup: z.strictObject({
      backupId: z.uuid(),
      filename: z.string(),
      sha256: z.string(),
      sizeBytes: z.number().int(),
      format: z.enum(backupFormat.enumValues),
      compression: z.enum(backupCompression.enumValues),
      encrypted: z.boolean(),
      createdAt: z.iso.datetime(),
      schema: z.string(),
      snapshotAt: z.iso.datetime().meta({ description: "The moment whose data the backup holds." }),
      serverVersion: z.string(),
      clientVersion: z.string().meta({ description: "Of pg_dump." }),
      schemaVersion: z.string(),
    }),
    checks: z.array(check),
    complaint: z.string().nullable().meta({ description: "Why it could not be restored." }),
    missing: z
      .array(z.strictObject({ name: z.string(), reason: z.string() }))
      .meta({ description: "What the restore had to do without." }),
    tables: z.array(tableProof).meta({ description: "Empty where nothing was restored." }),
    sequences: z.array(sequenceProof),
  })
  .meta({ id: "ProofDocument" });
