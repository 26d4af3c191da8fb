import { eq } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { jobs, restores } from "@/db/schema";
import { type ExportOptions, exportOptions } from "@/jobs/export-backup/options";
import { makeBackup } from "@/jobs/export-backup/task";
import type { RunContext } from "@/jobs/lifecycle/execute";
import { failed } from "@/jobs/lifecycle/failure";
import { originOf } from "@/jobs/lifecycle/origin";
import { checkArchive } from "@/jobs/verify-backup/archive";
import { loadClaim } from "@/jobs/verify-backup/claim";

/** A safety backup is encrypted if the backup is that takes the place of what it holds. */
export const safetyOptions = (encrypt: boolean): ExportOptions =>
  exportOptions.parse({ format: "custom", encrypt, description: "What was there before a restore." });

type Safety = { encrypt: boolean; pgRestore: string };

/**
 * Backs up the project's schema as it is now, lists that with the restore, and reads it to its end. Gives its id. An attempt
 * that comes after another one that got this far uses the same.
 */
export async function makeSafetyBackup(context: RunContext, { encrypt, pgRestore }: Safety): Promise<string> {
  const { job, signal } = context;
  const list = await makeBackup(context, { options: safetyOptions(encrypt), type: "safety" });
  const backupId = await db.transaction(async (tx) => {
    const [mine] = await tx.select({ fence: jobs.fence }).from(jobs).where(eq(jobs.id, job.id)).for("update");
    if (mine?.fence !== job.fence) throw "lost";
    const backup = await list(tx);
    await tx.update(restores).set({ safetyBackupId: backup.id }).where(eq(restores.jobId, job.id));
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
