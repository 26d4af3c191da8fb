import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import type { JobKind } from "@/db/schema";
import { claimJob } from "@/jobs/lifecycle/claim";
import { cancelJob, completeJob, giveBack } from "@/jobs/lifecycle/finish";
import { startJob } from "@/jobs/lifecycle/start";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { bellsOf, cancelExport, claim, jobOf } from "@/jobs/testing/export-job";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";

givenControlPlane();

const worker = "00000000-0000-4000-8000-000000000001";
const origin = { actor: tester, address: null, requestId: null };
const start = async ({ projectId }: Tenant, kind: JobKind) =>
  (await db.transaction((tx) => startJob(tx, origin, { kind, projectId, options: { nr: unique() }, steps: [] }))).id;
const tries = (id: string) => claimJob(id, worker, null);
const done = (job: Awaited<ReturnType<typeof claim>>) => completeJob({ job, report: {} }, async () => {});

describe("a restore and the other jobs of its project", () => {
  it("waits for a running export, says so, asks again, and goes on when that has ended", async () => {
    const tenant = await makeTenant();
    const running = await claim(await start(tenant, "export_backup"));
    const id = await start(tenant, "restore_backup");
    expect(await tries(id)).toBeNull();
    expect(await jobOf(id)).toMatchObject({
      status: "pending",
      attempts: 0,
      fence: 0,
      currentStep: "Waiting for an export of this project to end",
    });
    expect(await bellsOf(id)).toHaveLength(1);
    await done(running);
    expect(await tries(id)).toMatchObject({ id, attempts: 1 });
  });

  it("keeps exports and other restores waiting while it runs, but no verification and nobody else's job", async () => {
    const [tenant, neighbour] = [await makeTenant(), await makeTenant()];
    const running = await claim(await start(tenant, "restore_backup"));
    const waiting = [await start(tenant, "export_backup"), await start(tenant, "restore_backup")];
    waiting.push(await start(tenant, "undo_restore"));
    for (const id of waiting) {
      expect(await tries(id)).toBeNull();
      expect((await jobOf(id)).currentStep).toBe("Waiting for the restore of this project to end");
    }
    expect(await tries(await start(tenant, "verify_backup"))).not.toBeNull();
    expect(await tries(await start(neighbour, "export_backup"))).not.toBeNull();
    await done(running);
    expect(await tries(waiting[0] ?? "")).not.toBeNull();
  });

  it("is not overtaken by exports that came later", async () => {
    const tenant = await makeTenant();
    const running = await claim(await start(tenant, "export_backup"));
    const restore = await start(tenant, "restore_backup");
    const later = await start(tenant, "export_backup");
    expect(await tries(restore)).toBeNull();
    expect(await tries(later)).toBeNull();
    await done(running);
    expect(await tries(later)).toBeNull();
    expect(await tries(restore)).not.toBeNull();
  });

  it("lets exports go first while it waits for its next attempt, or once it was cancelled", async () => {
    const tenant = await makeTenant();
    const restore = await start(tenant, "restore_backup");
    const claimed = await claim(restore);
    const later = await start(tenant, "export_backup");
    expect(await cancelExport(restore)).toBe("cancelling");
    expect(await tries(later)).toBeNull();
    const gone = { processEndedAt: new Date(), backendEndedAt: new Date(), filesRemovedAt: new Date() };
    await cancelJob({ job: claimed, report: {} }, gone);
    expect(await tries(later)).not.toBeNull();
  });

  it("of two that are claimed at once one gets the project", async () => {
    const tenant = await makeTenant();
    const ids = [await start(tenant, "restore_backup"), await start(tenant, "restore_backup")];
    const claimed = (await Promise.all([...ids, ...ids].map(tries))).filter((job) => job !== null);
    expect(claimed.map(({ id }) => id)).toEqual([ids[0]]);
    for (const job of claimed) await giveBack(job);
  });
});
