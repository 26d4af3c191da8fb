import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { notifications } from "@/db/schema";
import { announce } from "@/jobs/notification/announce";
import { deliver } from "@/jobs/notification/deliver";
import { ringLostBells, tendNotifications } from "@/jobs/notification/round";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { setEnvironment } from "@/jobs/testing/env";
import { addChannel, type Notification, notificationBells, notificationsOf } from "@/jobs/testing/notification";
import { givenReceiver } from "@/jobs/testing/receiver";
import { unique } from "@/jobs/testing/tenant";

setEnvironment({ PRIVATE_HOSTS: "127.0.0.1" });
givenControlPlane();
const receiver = givenReceiver();
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
