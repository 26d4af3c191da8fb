import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db, type Tx } from "@/db/client";
import { projects } from "@/db/schema";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import { type FailureCode, failureCodes } from "@/jobs/lifecycle/failure";
import { cancelJob, completeJob, failJob, giveBack } from "@/jobs/lifecycle/finish";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { allowAttempts, bellsOf, cancelExport, claim, jobOf, startExport } from "@/jobs/testing/export-job";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

const claimed = async () => claim(await startExport(tenant));
const rename = (name: string) => async (tx: Tx) => {
  await tx.update(projects).set({ name }).where(eq(projects.id, tenant.projectId));
};
const nameNow = async () => (await db.select().from(projects).where(eq(projects.id, tenant.projectId)))[0]?.name;
const free = { workerId: null, queueWorkerId: null, leaseExpiresAt: null };

describe("completing a job", () => {
  it("writes its end and what it leaves behind, both or neither", async () => {
    const job = await claimed();
    const broken = async (tx: Tx) => {
      await rename("half")(tx);
      throw new Error("a rule of the database");
    };
    await expect(completeJob({ job, report: {} }, broken)).rejects.toThrow("a rule of the database");
    expect(await jobOf(job.id)).toMatchObject({ status: "in_progress" });
    expect(await nameNow()).not.toBe("half");

    expect(await completeJob({ job, report: { rowsDone: 77 } }, rename("whole"))).toBe("completed");
    expect(await jobOf(job.id)).toMatchObject({
      ...free,
      status: "completed",
      rowsDone: 77,
      progressPercentage: 100,
      stepsCompleted: job.stepsTotal,
      finishedAt: expect.any(Date),
    });
    expect(await nameNow()).toBe("whole");
  });

  it("is said again when it is asked again: the first answer may have got lost", async () => {
    const job = await claimed();
    await completeJob({ job, report: {} }, rename("once"));
    expect(await completeJob({ job, report: {} }, rename("twice"))).toBe("completed");
    expect(await nameNow()).toBe("once");
  });

  it("comes too late when somebody has asked for the end, and writes nothing", async () => {
    const job = await claimed();
    await cancelExport(job.id);
    expect(await completeJob({ job, report: {} }, rename("too late"))).toBe("cancelling");
    expect(await nameNow()).not.toBe("too late");
  });

  it("is not for an attempt that another one has overtaken", async () => {
    const old = await claimed();
    await giveBack(old);
    const young = await claim(old.id);
    expect(await completeJob({ job: old, report: {} }, rename("overtaken"))).toBe("lost");
    expect(await nameNow()).not.toBe("overtaken");
    expect(await completeJob({ job: young, report: {} }, rename("young"))).toBe("completed");
    expect(await completeJob({ job: old, report: {} }, rename("overtaken"))).toBe("lost");
  });
});

const fail = (job: ClaimedJob, code: FailureCode) =>
  failJob({ job, report: {} }, { code, message: "what happened", hint: "what to do", toolOutput: ["said"] });

describe("failing", () => {
  const permanent = Object.entries(failureCodes).flatMap(([code, { retry }]) => (retry ? [] : [code as FailureCode]));

  it.each(permanent)("by %s is the end at once: another attempt cannot cure it", async (code) => {
    const job = await claimed();
    await fail(job, code);
    expect(await jobOf(job.id)).toMatchObject({
      ...free,
      status: "failed",
      attempts: 1,
      errorCode: code,
      errorMessage: "what happened",
      failure: { hint: "what to do", toolOutput: ["said"], willRetry: false },
      finishedAt: expect.any(Date),
    });
  });

  it.each<[FailureCode, string, number[]]>([
    ["connection_lost", "soon", [5, 20]],
    ["destination_unavailable", "so late that the place may be away for minutes", [60, 300]],
  ])("by %s is tried again, %s, three times in all", async (code, _, delays) => {
    const id = await startExport(tenant);
    for (const [attempt, wait] of delays.entries()) {
      await fail(await claim(id), code);
      const job = await jobOf(id);
      expect(job).toMatchObject({ ...free, status: "pending", attempts: attempt + 1, errorCode: code });
      expect(job).toMatchObject({
        failure: { willRetry: true },
        currentStep: "Waiting to try again",
        finishedAt: null,
      });
      const waits = (await bellsOf(id)).map(({ inSeconds }) => inSeconds);
      expect(waits).toEqual([expect.closeTo(wait, -0.3)]);
      await db.execute(`update control_plane.jobs set run_at = now() where id = '${id}'`);
    }
    await fail(await claim(id), code);
    expect(await jobOf(id)).toMatchObject({ status: "failed", attempts: 3, failure: { willRetry: false } });
    expect(await bellsOf(id)).toEqual([]);
  });

  it("by a schema that changed is tried again once only", async () => {
    const id = await startExport(tenant);
    await fail(await claim(id), "schema_changed");
    expect(await jobOf(id)).toMatchObject({ status: "pending" });
    await db.execute(`update control_plane.jobs set run_at = now() where id = '${id}'`);
    await fail(await claim(id), "schema_changed");
    expect(await jobOf(id)).toMatchObject({ status: "failed", attempts: 2 });
  });

  it("keeps to the attempts that the job may have", async () => {
    const job = await claimed();
    await allowAttempts(job.id, 1);
    await fail({ ...job, maxAttempts: 1 }, "connection_lost");
    expect(await jobOf(job.id)).toMatchObject({ status: "failed" });
  });

  it("after somebody has asked for the end leaves the job to be cleaned up", async () => {
    const job = await claimed();
    await cancelExport(job.id);
    await fail(job, "tool_failed");
    expect(await jobOf(job.id)).toMatchObject({ ...free, status: "cancelling", errorCode: null, finishedAt: null });
    expect(await bellsOf(job.id)).toMatchObject([{ due: true }]);
  });

  it("is not for an attempt that another one has overtaken", async () => {
    const old = await claimed();
    await giveBack(old);
    await claim(old.id);
    await fail(old, "tool_failed");
    expect(await jobOf(old.id)).toMatchObject({ status: "in_progress", fence: 2, errorCode: null });
  });
});

describe("giving a job back", () => {
  it("costs no attempt, and rings for another worker at once", async () => {
    const job = await claimed();
    await giveBack(job);
    expect(await jobOf(job.id)).toMatchObject({ ...free, status: "pending", attempts: 0, fence: 1 });
    expect(await bellsOf(job.id)).toMatchObject([{ due: true }]);
  });

  it("happens once, however often it is said", async () => {
    const job = await claimed();
    await giveBack(job);
    await giveBack(job);
    expect(await jobOf(job.id)).toMatchObject({ attempts: 0 });
  });

  it("leaves a job that is to be cancelled to be cleaned up", async () => {
    const job = await claimed();
    await cancelExport(job.id);
    await giveBack(job);
    expect(await jobOf(job.id)).toMatchObject({ ...free, status: "cancelling", attempts: 1 });
    expect(await bellsOf(job.id)).toMatchObject([{ due: true }]);
  });
});

describe("ending a cancelled job", () => {
  const gone = { processEndedAt: new Date(), backendEndedAt: null, filesRemovedAt: null };

  it("completes the receipt, in the order in which things happened", async () => {
    const job = await claimed();
    await cancelExport(job.id);
    const { cancelReceipt } = await jobOf(job.id);
    const processEndedAt = new Date();
    await cancelJob({ job, report: {} }, { processEndedAt, backendEndedAt: null, filesRemovedAt: new Date() });
    expect(await jobOf(job.id)).toMatchObject({ ...free, status: "cancelled", finishedAt: expect.any(Date) });
    const { askedAt, processEndedAt: ended, filesRemovedAt, ...rest } = (await jobOf(job.id)).cancelReceipt ?? {};
    expect({ askedAt, ...rest }).toEqual({ askedAt: cancelReceipt?.askedAt, backendEndedAt: null });
    const times = [askedAt, ended, filesRemovedAt].map((time) => Date.parse(time ?? ""));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.abs((times[1] ?? 0) - processEndedAt.getTime())).toBeLessThan(5_000);
  });

  it("is not for a job that nobody has asked to end", async () => {
    const job = await claimed();
    await cancelJob({ job, report: {} }, gone);
    expect(await jobOf(job.id)).toMatchObject({ status: "in_progress", cancelReceipt: null });
  });
});
