import { eq, isNotNull, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backups, jobs, projects, scheduleRuns } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { changeSchedule, makeSchedule, runsOf } from "@/jobs/testing/schedule";
import { makeTenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

it("a schedule runs by itself: three workers, one of them killed, and one backup of each project", async () => {
  const tenants = await Promise.all(Array.from({ length: 6 }, () => makeTenant()));
  for (const [n, { projectId }] of tenants.entries())
    await db
      .update(projects)
      .set({ slug: `night-${n}` })
      .where(eq(projects.id, projectId));
  await using victim = await startWorkerProcess();
  await using _second = await startWorkerProcess();
  const { id } = await makeSchedule({ pattern: "night-*", spreadSeconds: 3, retention: { keepCount: 1 } });
  await using _third = await startWorkerProcess();
  await waitFor(() => db.$count(scheduleRuns), { what: "the slot" });
  victim.signal("SIGKILL");
  // The next slot would come before the last job of this one is taken over, and its policy would remove what this one has made.
  await changeSchedule(id, { pausedAt: sql`now()`, nextRunAt: null });
  await waitFor(async () => (await db.$count(jobs, isNotNull(jobs.finishedAt))) >= 6, {
    what: "the night",
    seconds: 100,
  });
  const runs = await runsOf(id);
  expect(new Set(runs.map(({ projectId }) => projectId)).size).toBe(6);
  for (const { jobId } of runs) {
    const made = await db.select().from(backups).where(eq(backups.jobId, jobId));
    expect(made).toMatchObject([{ type: "scheduled", scheduleId: id, status: "available", createdBy: null }]);
  }
  await waitFor(async () => (await db.$count(scheduleRuns, isNotNull(scheduleRuns.retainedAt))) >= 6, {
    what: "the policy",
  });
  expect(await db.$count(auditEvents, sql`action = 'backup.cleaned_up'`)).toBe(0);
  expect(await leftovers()).toEqual(nothing);
});
