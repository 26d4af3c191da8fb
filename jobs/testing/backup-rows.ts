import { desc, eq } from "drizzle-orm";
import { db } from "@/db/client";
import { auditEvents, backups } from "@/db/schema";
import { described } from "@/jobs/export-backup/described";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import { completeJob } from "@/jobs/lifecycle/finish";
import { reconciler } from "@/jobs/reconcile/reconcile";
import { type Backup, claim, startExport } from "@/jobs/testing/export-job";
import { home, manifestBeside, publishFile } from "@/jobs/testing/published-file";
import { type Tenant, unique } from "@/jobs/testing/tenant";

export type Listed = { job: ClaimedJob; backup: Backup };

/** A backup as an export leaves it, of these bytes. */
export async function makeBackup(tenant: Tenant, bytes = `bytes ${unique()}`): Promise<Listed> {
  const job = await claim(await startExport(tenant, { description: "of old", tags: ["a"] }));
  const storagePath = await publishFile(tenant, { job, name: `${tenant.slug}_${unique()}.sql.gz`, bytes });
  const row = described(await manifestBeside(storagePath), storagePath);
  let made: Backup | undefined;
  await completeJob({ job, report: {} }, async (tx) => {
    const owner = { projectId: tenant.projectId, jobId: job.id, homeId: await home().id(), durationMs: 0 };
    [made] = await tx
      .insert(backups)
      .values({ ...row, ...owner })
      .returning();
  });
  if (!made) throw new Error("the backup was not listed");
  return { job, backup: made };
}

/** One round of a reconciler that has just started. */
export const reconcile = (bytesPerRound = 1e9) => reconciler(home(), bytesPerRound)(new AbortController().signal);

/** The backup's status, and what the audit says of it, oldest first. */
export async function stateOf(id: string): Promise<{ status: string | undefined; events: string[] }> {
  const [row] = await db.select().from(backups).where(eq(backups.id, id));
  const events = await db
    .select({ action: auditEvents.action })
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, id))
    .orderBy(desc(auditEvents.id));
  return { status: row?.status, events: events.map(({ action }) => action).reverse() };
}
