import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents } from "@/db/schema";
import { announce } from "@/jobs/notification/announce";
import { deliver } from "@/jobs/notification/deliver";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { notificationsOf } from "@/jobs/testing/notification";
import { unique } from "@/jobs/testing/tenant";
import { call, givenApi } from "@/server/testing/api";
import { isAboutNotifications } from "@/server/testing/documented";
import {
  add,
  addBot,
  addWebhook,
  change,
  channels,
  check,
  deliveries,
  expectAll,
  givenChannels,
  setRules,
  tryOut,
} from "@/server/testing/notifications";

givenControlPlane();
givenApi({ PRIVATE_HOSTS: "127.0.0.1", MAIL_FROM: "coffer@example.org" });
const given = givenChannels();
const { mail, receiver } = given;

describe("a channel", () => {
  it("is added, listed, changed, tried, paused and deleted, and nobody sees its secrets again", async () => {
    const added = await addWebhook();
    expect(added.secret).toMatch(/^[\w-]{32}$/);
    expect(await tryOut(added.id)).toEqual({ is_delivered: true, error: null });
    expect(receiver.requests[0]?.headers["coffer-event"]).toBe("test");
    const bot = await addBot();
    await add({ kind: "slack", url: "https://hooks.example.org/services/T0/secret-in-path" });
    const listed = await check("listNotificationChannels", call(`GET ${channels}`, { as: given.admin }));
    const changed = await change(added.id, { name: `other ${unique()}`, paused: true });
    expect(changed).toMatchObject({
      status: 200,
      body: { data: { paused_at: expect.any(String), last: { status: "sent" } } },
    });
    const audit = await db.select().from(auditEvents);
    const [row] = await db.execute(
      sql`select string_agg(c::text, ' ') as all from control_plane.notification_channels c`,
    );
    const everything = JSON.stringify([listed.body, changed.body, audit, row]);
    for (const secret of ["very-secret-token", "secret-in-path", "hidden-path", added.secret ?? ""])
      expect(everything).not.toContain(secret);
    expect(JSON.stringify(listed.body)).toContain("hooks.example.org");
    const one = `GET ${channels}/${bot.id}`;
    expect(await check("readNotificationChannel", call(one, { as: given.admin }))).toMatchObject({
      status: 200,
      body: { data: { id: bot.id, kind: "telegram" } },
    });
    expect((await check("readNotificationChannel", call(one, { as: given.ada }))).status).toBe(403);
    const gone = `DELETE ${channels}/${bot.id}`;
    expect((await check("deleteNotificationChannel", call(gone, { as: given.admin }))).status).toBe(204);
    expect((await check("deleteNotificationChannel", call(gone, { as: given.admin }))).status).toBe(404);
    expect((await check("readNotificationChannel", call(one, { as: given.admin }))).status).toBe(404);
  });
});

describe("a trial", () => {
  it("by mail arrives", async () => {
    const { id } = await add({ kind: "email", to: ["ops@example.org"] });
    expect(await tryOut(id)).toEqual({ is_delivered: true, error: null });
    const [got] = await mail.received(1);
    expect(got?.headers.get("subject")).toBe("[Coffer] Test from Coffer");
  });

  it("that does not arrive says why, and is not repeated", async () => {
    const { id } = await addWebhook();
    receiver.answer({ status: 500 });
    expect(await tryOut(id)).toEqual({ is_delivered: false, error: expect.stringContaining("it answered 500") });
    expect(await notificationsOf(id)).toMatchObject([{ status: "failed", attempts: 1 }]);
    const inside = await addWebhook({ url: "http://10.1.2.3/" });
    expect(await tryOut(inside.id)).toEqual({ is_delivered: false, error: expect.stringContaining("private network") });
  });
});

describe("the rules of a channel", () => {
  it("are replaced as a whole", async () => {
    const { id } = await addWebhook();
    const rules = [{ event: "backup_failed" }, { event: "backup_stale", project: given.tenant.slug, hours: 26 }];
    expect((await setRules(id, rules)).body).toMatchObject({
      data: {
        rules: [
          { event: "backup_failed", project: null, hours: null },
          { event: "backup_stale", project: given.tenant.slug, hours: 26 },
        ],
      },
    });
    expect((await setRules(id, [])).body).toMatchObject({ data: { rules: [] } });
  });

  it.each([
    [[{ event: "backup_stale" }], 400],
    [[{ event: "backup_failed", hours: 3 }], 400],
    [[{ event: "backup_stale", hours: 0 }], 400],
    [[{ event: "made_up" }], 400],
    [[{ event: "backup_failed", project: "no-such-project" }], 404],
    [[{ event: "destination_unhealthy", project: "any" }], 400],
    [[{ event: "schema_found", project: "any" }], 400],
    [[{ event: "backup_stale", hours: 3 }, { event: "backup_failed" }, { event: "backup_stale", hours: 4 }], 400],
  ])("are refused as %j with %i, and stay as they were", async (rules, status) => {
    const { id } = await addWebhook();
    await setRules(id, [{ event: "proof_failed" }]);
    expect((await setRules(id, rules)).status).toBe(status);
    expect((await change(id, {})).body).toMatchObject({ data: { rules: [{ event: "proof_failed" }] } });
  });

  it("of a channel that is not there cannot be set", async () => {
    expect((await setRules(randomUUID(), [])).status).toBe(404);
  });
});

it("what was given up is listed with its reason, and sent again on demand", async () => {
  const { id } = await addWebhook({ url: "http://127.0.0.1:9/" });
  await setRules(id, [{ event: "destination_unhealthy" }]);
  const facts = { destination: "offsite", problem: "No such bucket." };
  await announce(db, { event: "destination_unhealthy", projectId: null, once: unique(), facts });
  const [row] = await notificationsOf(id);
  await deliver(row?.id ?? "", { isTrial: true });
  const list = () =>
    check("listNotificationDeliveries", call(`GET ${deliveries}?channel_id=${id}&limit=1`, { as: given.admin }));
  expect((await list()).body).toMatchObject({
    data: [
      { about: "destination_unhealthy", status: "failed", error: "127.0.0.1:9 refused the connection.", attempts: 1 },
    ],
    next_cursor: null,
  });
  const again = () =>
    check("retryNotificationDelivery", call(`POST ${deliveries}/${row?.id}/retry`, { as: given.admin }));
  expect(await again()).toMatchObject({ status: 200, body: { data: { status: "pending" } } });
  expect((await again()).status).toBe(404);
  expect((await list()).body).toMatchObject({ data: [{ status: "pending", attempts: 0 }] });
});

it("every operation was called", () => expectAll(isAboutNotifications));
