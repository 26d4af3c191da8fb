import { beforeAll, describe, expect, it } from "vitest";
import { keptSchema } from "@/jobs/restore-backup/names";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { backupsOf, jobAtEnd } from "@/jobs/testing/export-job";
import { reapNow } from "@/jobs/testing/lease";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { schemasOf, startRestoreOf } from "@/jobs/testing/restoration";
import { contentsOf } from "@/jobs/testing/restore";
import { changeSince, moments, type PausingTenant, pausingTenant } from "@/jobs/testing/restore-moments";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

let of: PausingTenant;
beforeAll(async () => {
  of = await pausingTenant();
});

describe("a worker that is killed during a restore", () => {
  it.each(Object.entries(moments))("%s leaves a whole schema, and the next one goes on", async (when, make) => {
    await changeSince(of);
    const { tenant, backup } = of;
    const contents = () => contentsOf(tenant.url, tenant.schema);
    const before = await contents();
    const moment = await make(of);
    await using victim = await startWorkerProcess(moment.env);
    const id = await startRestoreOf(backup, tenant, { createSafetyBackup: true });
    await moment.reached(id);
    victim.signal("SIGKILL");
    await victim.exited;

    const isSwapped = when === "after the swap";
    if (isSwapped) expect((await contents()).tables.newer).toBeUndefined();
    else expect(await contents()).toEqual(before);

    await moment.release();
    await reapNow(id);
    await using _ = await startWorkerProcess();
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", attempts: 2, errorCode: null });
    const after = await contents();
    expect(after.tables.newer).toBeUndefined();
    expect(after.tables.t1).not.toBe(before.tables.t1);
    expect(await schemasOf(id)).toEqual([keptSchema(id)]);
    const [kept] = await schemasOf(id);
    expect((await contentsOf(tenant.url, kept ?? "")).tables).toEqual(before.tables);
    expect(await backupsOf(id)).toHaveLength(1);
    expect(await leftovers(id)).toEqual(nothing);
  });
});
