import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { jobSecrets, projects } from "@/db/schema";
import { generateIdentity } from "@/jobs/archive/age/keys";
import { cancelJob, completeJob, failJob, giveBack } from "@/jobs/lifecycle/finish";
import { keysOf } from "@/jobs/lifecycle/keys";
import { startJob } from "@/jobs/lifecycle/start";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { allowAttempts, cancelExport, claim, jobOf } from "@/jobs/testing/export-job";
import { reapNow } from "@/jobs/testing/lease";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();

const keys = { identities: [generateIdentity()], passphrase: "correct horse battery staple" };
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

/** Starts a job with keys. Gives its id. */
async function start(of = tenant): Promise<string> {
  const origin = { actor: tester, address: null, requestId: "request-of-a-test" };
  const job = { kind: "verify_backup" as const, projectId: of.projectId, options: {}, steps: [], keys };
  return (await db.transaction((tx) => startJob(tx, origin, job))).id;
}

const secretsOf = (jobId: string) => db.select().from(jobSecrets).where(eq(jobSecrets.jobId, jobId));
const gone = { processEndedAt: null, backendEndedAt: null, filesRemovedAt: null };
const permanent = { code: "wrong_key", message: "x" } as const;
const passing = { code: "connection_lost", message: "x" } as const;

describe("keys that a job was given", () => {
  it("reach whoever does the job, and stand nowhere in plain", async () => {
    const id = await start();
    expect(await keysOf({ id })).toEqual(keys);
    const [kept] = await db.execute<{ text: string }>(sql`
      select concat((select s::text from control_plane.job_secrets s where job_id = ${id}),
        (select j::text from control_plane.jobs j where id = ${id}),
        (select string_agg(q::text, '') from graphile_worker._private_jobs q)) as text`);
    expect(kept?.text).toContain("v1.");
    expect(kept?.text).toContain(id);
    expect(kept?.text).not.toMatch(/AGE-SECRET-KEY|correct horse/);
  });

  const endings: [string, (id: string) => Promise<unknown>][] = [
    ["completed", async (id: string) => completeJob({ job: await claim(id), report: {} }, async () => {})],
    ["failed", async (id: string) => failJob({ job: await claim(id), report: {} }, permanent)],
    ["cancelled", cancelExport],
    [
      "cancelled",
      async (id: string) => {
        const job = await claim(id);
        await cancelExport(id);
        expect(await secretsOf(id)).toHaveLength(1);
        await cancelJob({ job, report: {} }, gone);
      },
    ],
    [
      "failed",
      async (id: string) => {
        await allowAttempts(id, 1);
        await claim(id);
        await reapNow(id);
      },
    ],
  ];
  it.each(endings)("are gone when it is %s (%#)", async (status, end) => {
    const id = await start();
    expect(await secretsOf(id)).toHaveLength(1);
    await end(id);
    expect(await jobOf(id)).toMatchObject({ status, finishedAt: expect.any(Date) });
    expect(await secretsOf(id)).toEqual([]);
    expect(await keysOf({ id })).toEqual({});
  });

  it("stay for as long as another attempt may come", async () => {
    const id = await start();
    await giveBack(await claim(id));
    const job = await claim(id);
    await failJob({ job, report: {} }, passing);
    expect(await jobOf(id)).toMatchObject({ status: "pending" });
    expect(await keysOf({ id })).toEqual(keys);
  });

  it("stay when the end could not be written", async () => {
    const id = await start();
    const job = await claim(id);
    const failing = completeJob({ job, report: {} }, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(await keysOf({ id })).toEqual(keys);
  });

  it("go with the project", async () => {
    const other = await makeTenant({ tables: 0 });
    const id = await start(other);
    await db.delete(projects).where(eq(projects.id, other.projectId));
    expect(await secretsOf(id)).toEqual([]);
  });
});
