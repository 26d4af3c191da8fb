import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { controlPlane, db } from "@/db/client";
import { jobs } from "@/db/schema";
import { cancelChannel, requestCancel } from "@/jobs/lifecycle/cancel";
import { claimJob } from "@/jobs/lifecycle/claim";
import { failJob } from "@/jobs/lifecycle/finish";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { bellsOf, cancelExport, claim, jobOf, startExport } from "@/jobs/testing/export-job";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

const nothingYet = { processEndedAt: null, backendEndedAt: null, filesRemovedAt: null };

describe("asking for the end of a job", () => {
  it("that no worker has touched ends it at once, and nobody begins it any more", async () => {
    const id = await startExport(tenant);
    expect(await cancelExport(id)).toBe("cancelled");
    const job = await jobOf(id);
    expect(job).toMatchObject({ status: "cancelled", currentStep: "Cancelled before it started" });
    expect(job).toMatchObject({ cancelRequestedBy: tester.id, finishedAt: expect.any(Date) });
    expect(job.cancelReceipt).toEqual({ askedAt: expect.any(String), ...nothingYet });
    expect(await claimJob(id, randomUUID(), null)).toBeNull();
  });

  it("that runs marks it, and leaves its end to the worker", async () => {
    const { id, workerId } = await claim(await startExport(tenant));
    expect(await cancelExport(id)).toBe("cancelling");
    const job = await jobOf(id);
    expect(job).toMatchObject({ status: "cancelling", currentStep: "Cancelling", workerId, finishedAt: null });
    expect(job.cancelReceipt).toEqual({ askedAt: expect.any(String), ...nothingYet });
  });

  it("that waits for another attempt has it cleaned up at once, not when that attempt is due", async () => {
    const job = await claim(await startExport(tenant));
    await failJob({ job, report: {} }, { code: "connection_lost", message: "m" });
    expect((await bellsOf(job.id))[0]?.inSeconds).toBeGreaterThan(3);
    expect(await cancelExport(job.id)).toBe("cancelling");
    expect(await bellsOf(job.id)).toMatchObject([{ due: true }]);
  });

  it("twice is the same as once", async () => {
    const { id } = await claim(await startExport(tenant));
    const answers = await Promise.all([1, 2, 3, 4].map(() => cancelExport(id)));
    expect(answers).toEqual(["cancelling", "cancelling", "cancelling", "cancelling"]);
    const before = await jobOf(id);
    expect(await cancelExport(id)).toBe("cancelling");
    expect(await jobOf(id)).toEqual(before);
  });

  it.each(["completed", "failed", "cancelled"] as const)(
    "that is %s comes too late, and changes nothing",
    async (status) => {
      const id = await startExport(tenant);
      await db.update(jobs).set({ status, finishedAt: new Date() }).where(eq(jobs.id, id));
      const before = await jobOf(id);
      await expect(cancelExport(id)).rejects.toMatchObject({
        code: "INVALID_JOB_STATUS",
        message: `This job cannot be cancelled: it is already ${status}.`,
      });
      expect(await jobOf(id)).toEqual(before);
    },
  );

  it("that does not exist is refused", async () => {
    await expect(cancelExport(randomUUID())).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
  });

  it("tells the workers once the transaction has come to its end, not before", async () => {
    const heard: string[] = [];
    const { unlisten } = await controlPlane().client.listen(cancelChannel, (id) => heard.push(id));
    const [dropped, kept] = [await claim(await startExport(tenant)), await claim(await startExport(tenant))];
    const transaction = db.transaction(async (tx) => {
      await requestCancel(tx, dropped.id, tester.id);
      throw new Error("the web process died");
    });
    await expect(transaction).rejects.toThrow("the web process died");
    await cancelExport(kept.id);
    await waitFor(() => heard.length > 0, { what: "the message" });
    expect(heard).toEqual([kept.id]);
    expect(await jobOf(dropped.id)).toMatchObject({ status: "in_progress", cancelRequestedAt: null });
    await unlisten();
  });
});
