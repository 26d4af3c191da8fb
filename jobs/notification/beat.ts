import { eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { type jobs, schedules } from "@/db/schema";
import { enqueue } from "@/jobs/notification/enqueue";
import type { Beat } from "@/jobs/notification/heartbeat";

type Job = Pick<typeof jobs.$inferSelect, "id" | "kind" | "scheduleId" | "projectId" | "errorMessage">;

/**
 * Has the monitor of the job's schedule told that the job starts, or how it ended, in the transaction that makes it so. A job
 * starts once, however many attempts it takes. Only exports beat: a proof after them is no run of the schedule.
 */
export async function beatOf(tx: Tx, job: Job, signal: Beat["signal"]): Promise<void> {
  if (job.scheduleId === null || job.kind !== "export_backup") return;
  const [schedule] = await tx
    .select({ url: schedules.heartbeatUrl })
    .from(schedules)
    .where(eq(schedules.id, job.scheduleId));
  if (!schedule?.url) return;
  const why = signal === "fail" ? (job.errorMessage ?? undefined) : undefined;
  const facts: Beat = { signal, runId: job.id, why };
  const direct = { kind: "heartbeat" as const, url: schedule.url };
  const onceKey = `heartbeat:${job.id}:${signal === "start" ? "start" : "end"}`;
  await enqueue(tx, [{ direct, about: "heartbeat", projectId: job.projectId, facts, onceKey }]);
}
