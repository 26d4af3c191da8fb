import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { announce } from "@/jobs/notification/announce";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addChannel, notificationBells, notificationWhen } from "@/jobs/testing/notification";
import { givenReceiver } from "@/jobs/testing/receiver";
import { unique } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();
const receiver = givenReceiver();

it("a message whose worker is killed while it is sent is sent again by another, under the same number", async () => {
  await addChannel({ kind: "webhook", url: receiver.url, secret: "s" }, [{ event: "destination_unhealthy" }]);
  const killed = Promise.withResolvers<void>();
  receiver.answer({ after: killed.promise });
  const once = unique();
  {
    await using worker = await startWorkerProcess();
    const facts = { destination: "offsite", problem: "No such bucket." };
    await announce(db, { event: "destination_unhealthy", projectId: null, once, facts });
    await receiver.heard(1);
    worker.signal("SIGKILL");
    await worker.exited;
  }
  killed.resolve();
  const { id } = await notificationWhen(once, ({ status, attempts }) => status === "pending" && attempts === 1);
  expect(await notificationBells(id)).toMatchObject([{ lockedBy: expect.any(String) }]);
  // The minutes pass for which somebody might still be at it.
  await db.execute(sql`update control_plane.notifications set created_at = created_at - interval '5 minutes'`);
  await db.execute(sql`update graphile_worker._private_jobs set locked_at = locked_at - interval '5 minutes'`);
  await using _worker = await startWorkerProcess();
  const sent = await notificationWhen(once, ({ status }) => status === "sent");
  expect(sent).toMatchObject({ attempts: 2, error: null });
  expect(receiver.requests.map(({ headers }) => headers["coffer-delivery"])).toEqual([id, id]);
});
