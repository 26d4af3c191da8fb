import { eq } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { jobs } from "@/db/schema";
import { type ExportOptions, exportOptions } from "@/jobs/export-backup/options";
import { makeBackup } from "@/jobs/export-backup/task";
import type { RunContext } from "@/jobs/lifecycle/execute";
import { failed } from "@/jobs/lifecycle/failure";
import { originOf } from "@/jobs/lifecycle/origin";
import { checkArchive } from "@/jobs/verify-backup/archive";
import { loadClaim } from "@/jobs/verify-backup/claim";

/** `before`: what it was made before, in words. */
export const safetyOptions = (encrypt: boolean, before: string): ExportOptions =>
  exportOptions.parse({ format: "custom", encrypt, description: `What was there before ${before}.` });

type Safety = {
  encrypt: boolean;
  pgRestore: string;
  before: string;
  /** Notes the backup with what the job does, in the transaction that lists it: another attempt uses the same. */
  note(tx: Tx, backupId: string): Promise<unknown>;
};

/** Backs up the project's schema as it is now, lists that, and reads it to its end. Gives its id. */
export async function makeSafetyBackup(context: RunContext, safety: Safety): Promise<string> {
  const { job, signal } = context;
  const { encrypt, pgRestore, before, note } = safety;
  const list = await makeBackup(context, { options: safetyOptions(encrypt, before), type: "safety" });
  const backupId = await db.transaction(async (tx) => {
    const [mine] = await tx.select({ fence: jobs.fence }).from(jobs).where(eq(jobs.id, job.id)).for("update");
    if (mine?.fence !== job.fence) throw "lost";
    const backup = await list(tx);
    await note(tx, backup.id);
    await recordAudit(tx, await originOf(tx, job), {
      action: "backup.made",
      subject: { kind: "backup", id: backup.id },
      projectId: job.projectId,
      details: { filename: backup.filename, type: "safety", jobId: job.id },
    });
    return backup.id;
  });
  const { claimed } = await loadClaim(backupId);
  const { checks } = await checkArchive(claimed, { pgRestore, signal, onBytes: () => {} });
  const wrong = checks.find(({ result }) => result === "failed");
  if (wrong) throw failed({ code: "corrupt", message: `The safety backup is not whole: ${wrong.detail}` });
  return backupId;
}
