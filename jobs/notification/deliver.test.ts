import { sql } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { notifications, schedules } from "@/db/schema";
import { completeJob, failJob } from "@/jobs/lifecycle/finish";
import { announce } from "@/jobs/notification/announce";
import { beatOf } from "@/jobs/notification/beat";
import { deliver } from "@/jobs/notification/deliver";
import { ringLostBells, tendNotifications } from "@/jobs/notification/round";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { setEnvironment } from "@/jobs/testing/env";
import { claim, jobOf, startExport } from "@/jobs/testing/export-job";
import { addChannel, type Notification, notificationBells, notificationsOf } from "@/jobs/testing/notification";
import { givenReceiver } from "@/jobs/testing/receiver";
import { makeSchema, registerTenant, type Tenant, unique } from "@/jobs/testing/tenant";

setEnvironment({ PRIVATE_HOSTS: "127.0.0.1" });
givenControlPlane();
const receiver = givenReceiver();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema({ tables: 0 }));
});
beforeEach(() => {
  receiver.requests.length = 0;
});

/** A message that waits to be sent to a webhook. */
async function waiting(url = `${receiver.url}/hook`): Promise<{ id: string; row(): Promise<Notification> }> {
  const channel = await addChannel({ kind: "webhook", url, secret: "s" }, [{ event: "destination_unhealthy" }]);
  const facts = { destination: "offsite", problem: "No such bucket." };
  await announce(db, { event: "destination_unhealthy", projectId: null, once: unique(), facts });
  const row = async () => {
    const [found] = await notificationsOf(channel);
    if (!found) throw new Error("there is none");
    return found;
  };
  return { id: (await row()).id, row };
}

const setAttempts = (id: string, attempts: number) =>
  db.update(notifications).set({ attempts }).where(sql`${notifications.id} = ${id}`);

describe("a notification", () => {
  it("is sent, and not again", async () => {
    const { id, row } = await waiting();
    expect(await deliver(id)).toMatchObject({ status: "sent" });
    expect(await row()).toMatchObject({ status: "sent", attempts: 1, error: null, sentAt: expect.any(Date) });
    expect(await deliver(id)).toBeNull();
    expect(receiver.requests.map(({ headers }) => headers["coffer-delivery"])).toEqual([id]);
  });

  it("is tried again later and later, with the reason written down, until it arrives", async () => {
    const { id, row } = await waiting();
    receiver.answer({ status: 500 }, { status: 503 });
    await deliver(id);
    const error = `127.0.0.1:${receiver.port} did not take the message: it answered 500.`;
    expect(await row()).toMatchObject({ status: "pending", attempts: 1, error, sentAt: null });
    const [first, ...more] = await notificationBells(id);
    expect(more).toEqual([]);
    expect(first?.inSeconds).toBeGreaterThan(8);
    await deliver(id);
    const [second] = await notificationBells(id);
    expect(second?.inSeconds).toBeGreaterThan(50);
    await deliver(id);
    expect(await row()).toMatchObject({ status: "sent", attempts: 3, error: null });
  });

  it("waits as long as its place asks for", async () => {
    const { id } = await waiting();
    receiver.answer({ status: 429, headers: { "Retry-After": "1000" } });
    await deliver(id);
    expect((await notificationBells(id))[0]?.inSeconds).toBeGreaterThan(990);
  });

  it("is given up after the last attempt, and at once when no other can help", async () => {
    const late = await waiting("http://127.0.0.1:9/");
    await setAttempts(late.id, 9);
    await deliver(late.id);
    expect(await late.row()).toMatchObject({
      status: "failed",
      attempts: 10,
      error: "127.0.0.1:9 refused the connection.",
    });
    const refused = await waiting("http://169.254.169.254/latest/meta-data");
    await deliver(refused.id);
    expect(await refused.row()).toMatchObject({
      status: "failed",
      attempts: 1,
      error: expect.stringContaining("private network"),
    });
  });

  it("is rung for again when a worker died with its bell, but neither while one may be at it nor before it is due", async () => {
    const { id } = await waiting();
    const old = sql`update control_plane.notifications set created_at = now() - interval '5 minutes' where id = ${id}`;
    await db.execute(old);
    await ringLostBells();
    expect(await notificationBells(id)).toHaveLength(1);
    const lock = (seconds: number) =>
      db.execute(sql`update graphile_worker._private_jobs set attempts = 1, locked_by = 'dead',
        locked_at = now() - make_interval(secs => ${seconds}) where payload->>'notificationId' = ${id}`);
    await lock(30);
    await ringLostBells();
    expect(await notificationBells(id)).toMatchObject([{ lockedBy: "dead" }]);
    await lock(300);
    await ringLostBells();
    await ringLostBells();
    const bells = await notificationBells(id);
    expect(bells.filter(({ lockedBy }) => lockedBy === null)).toHaveLength(1);
  });

  it("is forgotten after a month", async () => {
    const { id, row } = await waiting();
    await db.execute(
      sql`update control_plane.notifications set created_at = now() - interval '31 days' where id = ${id}`,
    );
    await tendNotifications();
    await expect(row()).rejects.toThrow("there is none");
  });
});

describe("the heartbeat of a schedule", () => {
  async function scheduledJob() {
    const [schedule] = await db
      .insert(schedules)
      .values({
        ...{ name: unique(), projectId: tenant.projectId, cron: "0 2 * * *", timeZone: "UTC", options: {} },
        heartbeatUrl: `${receiver.url}/ping`,
      })
      .returning();
    const id = await startExport(tenant);
    await db.execute(sql`update control_plane.jobs set schedule_id = ${schedule?.id ?? null} where id = ${id}`);
    return id;
  }
  const beatsOf = (jobId: string) =>
    db
      .select()
      .from(notifications)
      .where(sql`${notifications.onceKey} like ${`heartbeat:${jobId}:%`}`);

  it("beats once when its job starts, however many attempts that takes, and its address is kept sealed", async () => {
    const id = await scheduledJob();
    const job = await claim(id);
    await db.transaction((tx) => beatOf(tx, job, "start"));
    const [beat, ...more] = await beatsOf(id);
    expect(more).toEqual([]);
    await deliver(beat?.id ?? "");
    expect(receiver.requests.map(({ path }) => path)).toEqual([`/ping/start?rid=${id}`]);
    const [row] = await db.execute(sql`select direct from control_plane.notifications where id = ${beat?.id ?? null}`);
    expect(String(row?.direct)).not.toContain("ping");
  });

  it("tells why its job has failed, and nothing but that it is done when it went well", async () => {
    const failing = await claim(await scheduledJob());
    await failJob({ job: failing, report: {} }, { code: "disk_full", message: "The disk is full." });
    const fine = await claim(await scheduledJob());
    await completeJob({ job: fine, report: {} }, async () => {});
    for (const { id } of [failing, fine])
      for (const beat of await beatsOf(id)) if (beat.onceKey.endsWith("end")) await deliver(beat.id);
    expect(receiver.requests.map(({ path, body }) => [path, body])).toEqual([
      [`/ping/fail?rid=${failing.id}`, "The disk is full."],
      [`/ping?rid=${fine.id}`, ""],
    ]);
  });

  it("does not tell of a start after the end", async () => {
    const id = await scheduledJob();
    await claim(id);
    const [beat] = await beatsOf(id);
    await db.execute(sql`update control_plane.jobs set status = 'failed', finished_at = now(), lease_expires_at = null,
      worker_id = null where id = ${id}`);
    await deliver(beat?.id ?? "");
    expect(receiver.requests).toEqual([]);
    expect((await jobOf(id)).status).toBe("failed");
  });
});
