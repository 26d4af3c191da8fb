import { z } from "zod";
import { answerWith, jobInstead, jobLocation, jobLocationDoc, startedJob } from "@/server/rest/present/job";
import { presentProof, proofDocument, proofRecord } from "@/server/rest/present/proof";
import { row, type Stream } from "@/server/rest/row";

const tag = "Backups";

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
    errors: ["PERMISSION_DENIED", "BACKUP_NOT_FOUND", "IDEMPOTENCY_KEY_REUSED", "WRONG_KEY"],
    headers: jobLocationDoc,
    output: proofRecord,
    otherwise: jobInstead("Still running, or over without a proof."),
    async present({ jobId, backupId }, asked) {
      const job = await startedJob(jobId, asked);
      if (job.status !== "completed") return { status: 202, ...answerWith(job) };
      const proof = await asked.call("proof.ofJob", { jobId });
      return { body: presentProof({ ...proof, backupId }), headers: jobLocation(jobId) };
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

  row({
    id: "getProof",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}/proofs/{proof_id}",
    summary: "Read a proof with every table and sequence that was compared",
    description: "The backup, its file, the snapshot, who asked, each check, each table. `/report` gives it as a page.",
    procedure: "proof.document",
    casing: "snake",
    rename: { id: "backupId" },
    fixed: { as: "json" },
    status: 200,
    errors: ["BACKUP_NOT_FOUND", "PROOF_NOT_FOUND"],
    output: proofDocument,
    present: (document) => ({ body: document }),
  }),
];

export const proofStreams: Stream[] = [
  {
    id: "getProofReport",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}/proofs/{proof_id}/report",
    summary: "Read a proof as a page to print or to keep",
    description: "One HTML file that needs nothing else and runs nothing.",
    status: 200,
    errors: ["PERMISSION_DENIED", "BACKUP_NOT_FOUND", "PROOF_NOT_FOUND"],
    parameters: { path: z.object({ id: z.uuid(), proof_id: z.uuid() }) },
    content: { "text/html": z.string() },
  },
];
