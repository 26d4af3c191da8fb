import { index, jsonb, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { backups, proofLevel } from "./backup";
import { controlPlane, createdAt, id, newest } from "./control-plane";
import { jobs } from "./job";

export const proofResult = controlPlane.enum("proof_result", ["passed", "failed"]);

export type ProofResult = (typeof proofResult.enumValues)[number];

export const checkNames = [
  "file_existence",
  "checksum_validation",
  "decryption_test",
  "decompression_test",
  "archive_integrity",
  "restore_test",
] as const;

/** One thing that was looked at. `skipped`: there was nothing to look at, or an earlier check had failed. */
export type ProofCheck = {
  name: (typeof checkNames)[number];
  result: ProofResult | "skipped";
  /** A sentence for people. */
  detail: string;
};

/** What a `verify_backup` job has found. `tables` and `sequences` are those of jobs/verify-backup/proof.ts. */
export const proofs = controlPlane.table(
  "proofs",
  {
    id: id(),
    backupId: uuid("backup_id")
      .notNull()
      .references(() => backups.id, { onDelete: "cascade" }),
    jobId: uuid("job_id")
      .notNull()
      .references(() => jobs.id),
    level: proofLevel("level").notNull(),
    result: proofResult("result").notNull(),
    checks: jsonb("checks").$type<ProofCheck[]>().notNull(),
    /** Null where nothing was restored. */
    restored: jsonb("restored").$type<unknown>(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("proofs_job").on(t.jobId), index("proofs_by_backup").on(t.backupId, newest(t.createdAt))],
);
