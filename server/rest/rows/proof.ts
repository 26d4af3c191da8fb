import { z } from "zod";
import { checkNames, proofLevel } from "@/db/schema";
import { jobRecord, presentJob } from "@/server/rest/present/job";
import { row } from "@/server/rest/row";

const tag = "Backups";

const proofRecord = z
  .strictObject({
    backupId: z.uuid(),
    verified: z.boolean(),
    level: z.enum(proofLevel.enumValues),
    verificationDate: z.iso.datetime(),
    errors: z.array(z.string()),
    checksPerformed: z.array(
      z.strictObject({ name: z.enum(checkNames), result: z.enum(["passed", "failed", "skipped"]), detail: z.string() }),
    ),
  })
  .meta({ id: "Proof" });

export const proofRows = [
  row({
    id: "verifyBackup",
    tag,
    method: "POST",
    path: "/api/v1/backups/{id}/verify",
    summary: "Prove a backup",
    description:
      "Level `archive` reads the file to its end. Level `restore` also restores it into a scratch database, and compares every table and sequence with what was taken in the dump's own snapshot. With `Prefer: wait=N` the answer comes when the proof is there; else poll the job, then ask again for its result with `GET`.",
    procedure: "proof.start",
    casing: "snake",
    rename: { id: "backupId" },
    status: 200,
    idempotent: true,
    waits: true,
    optionalBody: true,
    errors: ["PERMISSION_DENIED", "BACKUP_NOT_FOUND", "IDEMPOTENCY_KEY_REUSED"],
    headers: { Location: "The address of the job." },
    output: proofRecord,
    otherwise: [
      {
        status: 202,
        description: "Still running, or over without a proof.",
        output: z.strictObject({ data: jobRecord }),
      },
    ],
    async present({ jobId, backupId }, { call, wait }) {
      await wait(jobId);
      const job = await call("job.getStatus", { jobId });
      const headers = { Location: `/api/jobs/${jobId}` };
      if (job.status !== "completed") return { status: 202, body: { data: presentJob(job) }, headers };
      const proof = await call("proof.ofJob", { jobId });
      return { body: presentProof({ ...proof, backupId }), headers };
    },
    example: { body: { level: "restore" } },
  }),

  row({
    id: "listProofs",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}/proofs",
    summary: "List a backup's proofs, newest first",
    procedure: "proof.list",
    casing: "snake",
    rename: { id: "backupId" },
    status: 200,
    errors: ["BACKUP_NOT_FOUND"],
    output: z.array(proofRecord),
    present: (proofs, { input }) => ({
      body: proofs.map((proof) => presentProof({ ...proof, backupId: String(input.backupId) })),
    }),
  }),
];

type Known = {
  backupId: string;
  level: z.infer<typeof proofRecord>["level"];
  result: "passed" | "failed";
  checks: z.infer<typeof proofRecord>["checksPerformed"];
  createdAt: Date;
};

const presentProof = ({ backupId, level, result, checks, createdAt }: Known): z.input<typeof proofRecord> => ({
  backupId,
  verified: result === "passed",
  level,
  verificationDate: createdAt.toISOString(),
  errors: checks.filter((check) => check.result === "failed").map(({ detail }) => detail),
  checksPerformed: checks,
});
