import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backups, jobs, notificationChannels, type ProofCheck, proofs } from "@/db/schema";
import { completeJob, failJob } from "@/jobs/lifecycle/finish";
import { reap } from "@/jobs/lifecycle/reap";
import { announce } from "@/jobs/notification/announce";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { allowAttempts, cancelExport, claim, startExport } from "@/jobs/testing/export-job";
import {
  aboutsOf,
  addChannel,
  notificationBells,
  notificationsAbout,
  notificationsOf,
  webhook,
} from "@/jobs/testing/notification";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { verify } from "@/jobs/testing/verification";

givenControlPlane();
let tenant: Tenant;
let other: Tenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema({ tables: 0 }));
  other = await registerTenant(await makeSchema({ tables: 0 }));
});

/** An export that has failed. Gives the id of its job. */
async function failedExport(of: Tenant, options = {}): Promise<string> {
  const job = await claim(await startExport(of, options));
  await failJob({ job, report: {} }, { code: "disk_full", message: "The disk is full.", hint: "Make room." });
  return job.id;
}

describe("an export that fails for good", () => {
  it("is told to every channel with a rule for it, once, whatever rules those have besides", async () => {
    const [all, mine, others, deaf] = [
      await addChannel(webhook, [{ event: "backup_failed" }, { event: "backup_failed", projectId: tenant.projectId }]),
      await addChannel(webhook, [{ event: "backup_failed", projectId: tenant.projectId }]),
      await addChannel(webhook, [{ event: "backup_failed", projectId: other.projectId }]),
      await addChannel(webhook, [{ event: "backup_completed" }]),
    ];
    const jobId = await failedExport(tenant);
    const [told] = await notificationsOf(all);
    expect(told).toMatchObject({
      about: "backup_failed",
      projectId: tenant.projectId,
      status: "pending",
      facts: { jobId, message: "The disk is full.", hint: "Make room.", attempts: 1 },
    });
    expect(await notificationBells(told?.id ?? "")).toHaveLength(1);
    expect([await aboutsOf(all), await aboutsOf(mine)]).toEqual([["backup_failed"], ["backup_failed"]]);
    expect([await aboutsOf(others), await aboutsOf(deaf)]).toEqual([[], []]);
  });

  it("is not told to a channel that is paused", async () => {
    const channel = await addChannel(webhook, [{ event: "backup_failed" }]);
    await db.update(notificationChannels).set({ pausedAt: sql`now()` }).where(eq(notificationChannels.id, channel));
    await failedExport(tenant);
    expect(await aboutsOf(channel)).toEqual([]);
  });

  it("is told when its worker is lost for good, too", async () => {
    const channel = await addChannel(webhook, [{ event: "backup_failed" }]);
    const { id } = await claim(await startExport(tenant));
    await allowAttempts(id, 1);
    await db
      .update(jobs)
      .set({ leaseExpiresAt: new Date(0) })
      .where(eq(jobs.id, id));
    await Promise.all([reap(), reap()]);
    expect(await notificationsOf(channel)).toMatchObject([{ facts: { jobId: id } }]);
  });

  it("is no news while there is another attempt, nor when somebody wanted its end", async () => {
    const channel = await addChannel(webhook, [{ event: "backup_failed" }]);
    const job = await claim(await startExport(tenant));
    await failJob({ job, report: {} }, { code: "connection_lost", message: "m" });
    await cancelExport(job.id);
    await cancelExport(await startExport(tenant));
    expect(await aboutsOf(channel)).toEqual([]);
  });

  it("is mailed to whoever it was started for", async () => {
    const jobId = await failedExport(tenant, { notifyEmail: "ada@example.org" });
    const told = (await notificationsAbout("backup_failed")).filter(({ direct }) => direct);
    expect(told).toMatchObject([{ direct: { kind: "email", to: ["ada@example.org"] }, facts: { jobId } }]);
    const [row] = await db.execute(
      sql`select direct from control_plane.notifications where id = ${told[0]?.id ?? null}`,
    );
    expect(String(row?.direct)).not.toContain("ada");
  });
});

describe("an export that ends well", () => {
  it("is told with what it holds, and as a fall when that is far less than usual", async () => {
    const channel = await addChannel(webhook, [{ event: "backup_completed" }, { event: "backup_shrunk" }]);
    const shop = await registerTenant(await makeSchema({ tables: 0 }));
    const rows = async (count: number) => {
      const { job, backup } = await makeBackup(shop);
      await db.update(backups).set({ rowCount: count }).where(eq(backups.id, backup.id));
      return { job, backup };
    };
    for (let i = 0; i < 3; i++) await rows(5_000);
    // This one says at once that it holds no rows.
    const { backup } = await makeBackup(shop);
    const all = await notificationsOf(channel);
    expect(all.map(({ about }) => about).toSorted()).toEqual([...Array(4).fill("backup_completed"), "backup_shrunk"]);
    expect(all.find(({ about }) => about === "backup_shrunk")?.facts).toMatchObject({
      backupId: backup.id,
      what: "rows",
      usual: 5_000,
      compared: 3,
    });
    expect(all[0]?.facts).toMatchObject({
      filename: expect.stringContaining(shop.slug),
      sizeBytes: expect.any(Number),
    });
  });

  it("is not told when its transaction comes to nothing", async () => {
    const channel = await addChannel(webhook, [{ event: "backup_completed" }]);
    const job = await claim(await startExport(tenant));
    const ending = completeJob({ job, report: {} }, async () => {
      throw new Error("no");
    });
    await expect(ending).rejects.toThrow("no");
    expect(await aboutsOf(channel)).toEqual([]);
  });
});

describe("a proof", () => {
  /** Of a backup: it finds this, or fails before it finds anything. */
  async function proven(result: "passed" | "failed" | null) {
    const { backup } = await makeBackup(tenant);
    const job = await claim(await verify(backup, "archive"));
    const checks: ProofCheck[] = [
      { name: "checksum_validation", result: result ?? "skipped", detail: "Its bytes differ." },
    ];
    if (result === null)
      await failJob({ job, report: {} }, { code: "tool_missing", message: "pg_restore is missing." });
    else
      await completeJob({ job, report: {} }, async (tx) => {
        await tx.insert(proofs).values({ backupId: backup.id, jobId: job.id, level: "archive", result, checks });
      });
    return { backup, job };
  }

  it("that fails is told with what it has found, and one that could not be made with why", async () => {
    const channel = await addChannel(webhook, [{ event: "proof_failed" }]);
    await proven("passed");
    const found = await proven("failed");
    const unknown = await proven(null);
    const told = await notificationsOf(channel);
    expect(told.map(({ facts }) => facts)).toEqual([
      { backupId: found.backup.id, filename: found.backup.filename, reasons: ["Its bytes differ."], jobId: null },
      {
        backupId: unknown.backup.id,
        filename: unknown.backup.filename,
        reasons: ["pg_restore is missing."],
        jobId: unknown.job.id,
      },
    ]);
  });
});

it("what others announce reaches rules for all projects, and the same thing only once", async () => {
  const [all, mine] = [
    await addChannel(webhook, [{ event: "destination_unhealthy" }]),
    await addChannel(webhook, [{ event: "destination_unhealthy", projectId: tenant.projectId }]),
  ];
  const facts = { destination: "offsite", problem: "No such bucket." };
  const say = (once: string) =>
    db.transaction((tx) => announce(tx, { event: "destination_unhealthy", projectId: null, once, facts }));
  await Promise.all([say("d1:monday"), say("d1:monday"), say("d1:tuesday")]);
  expect(await aboutsOf(all)).toHaveLength(2);
  expect(await aboutsOf(mine)).toEqual([]);
});
