import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents } from "@/db/schema";
import { announce } from "@/jobs/notification/announce";
import { deliver } from "@/jobs/notification/deliver";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { givenMailServer, smtpUrl } from "@/jobs/testing/mail-server";
import { notificationsOf } from "@/jobs/testing/notification";
import { givenReceiver } from "@/jobs/testing/receiver";
import { type Tenant, unique } from "@/jobs/testing/tenant";
import { call, givenApi, type Person } from "@/server/testing/api";
import { driver, isAboutNotifications } from "@/server/testing/documented";
import { setEnvironment } from "@/server/testing/env";
import { tenantWithPeople } from "@/server/testing/people";

givenControlPlane();
givenApi({ PRIVATE_HOSTS: "127.0.0.1", MAIL_FROM: "coffer@example.org" });
const receiver = givenReceiver();
const mail = givenMailServer();

let tenant: Tenant;
let admin: Person;
let ada: Person;
beforeAll(async () => {
  setEnvironment({ SMTP_URL: smtpUrl(mail.port) });
  ({ tenant, admin, ada } = await tenantWithPeople());
});
beforeEach(() => {
  receiver.requests.length = 0;
});

const channels = "/api/v1/notifications/channels";
const deliveries = "/api/v1/notifications/deliveries";
const { check, expectAll } = driver();
type Channel = { id: string; secret?: string | null; rules: unknown[] };

async function add(body: Record<string, unknown>): Promise<Channel> {
  const reply = await check(
    "addNotificationChannel",
    call(`POST ${channels}`, { as: admin, body: { name: unique(), ...body } }),
  );
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return (reply.body as { data: Channel }).data;
}
const addWebhook = (more: Record<string, unknown> = {}) =>
  add({ kind: "webhook", url: `${receiver.url}/hidden-path`, ...more });
const change = (id: string, body: Record<string, unknown>) =>
  check("changeNotificationChannel", call(`POST ${channels}/${id}`, { as: admin, body }));
const tryOut = async (id: string) => {
  const reply = await check("testNotificationChannel", call(`POST ${channels}/${id}/test`, { as: admin }));
  return (reply.body as { data: { is_delivered: boolean; error: string | null } }).data;
};
const setRules = (id: string, rules: unknown[]) =>
  check("setNotificationRules", call(`POST ${channels}/${id}/rules`, { as: admin, body: { rules } }));

describe("a channel", () => {
  it("is added, listed, changed, tried, paused and deleted, and nobody sees its secrets again", async () => {
    const added = await addWebhook();
    expect(added.secret).toMatch(/^[\w-]{32}$/);
    expect(await tryOut(added.id)).toEqual({ is_delivered: true, error: null });
    expect(receiver.requests[0]?.headers["coffer-event"]).toBe("test");
    const bot = await add({
      kind: "telegram",
      bot_token: "123456:very-secret-token",
      chat_id: "-100",
      api_url: receiver.url,
    });
    await add({ kind: "slack", url: "https://hooks.example.org/services/T0/secret-in-path" });
    const listed = await check("listNotificationChannels", call(`GET ${channels}`, { as: admin }));
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
    const gone = `DELETE ${channels}/${bot.id}`;
    expect((await check("deleteNotificationChannel", call(gone, { as: admin }))).status).toBe(204);
    expect((await check("deleteNotificationChannel", call(gone, { as: admin }))).status).toBe(404);
  });

  it("keeps the secrets that an edit leaves out", async () => {
    const { id } = await add({
      kind: "telegram",
      bot_token: "123456:very-secret-token",
      chat_id: "-100",
      api_url: receiver.url,
    });
    expect((await change(id, { chat_id: "@backups" })).status).toBe(200);
    receiver.answer({ body: '{"ok":true}' });
    expect(await tryOut(id)).toMatchObject({ is_delivered: true });
    expect(receiver.requests[0]).toMatchObject({ path: "/bot123456:very-secret-token/sendMessage" });
    expect(receiver.requests[0]?.json()).toMatchObject({ chat_id: "@backups" });
  });

  it("does not take its token along to another address", async () => {
    const { id } = await add({ kind: "telegram", bot_token: "123456:very-secret-token", chat_id: "-100" });
    expect(await change(id, { api_url: receiver.url })).toMatchObject({
      status: 400,
      body: { details: [{ field: "bot_token" }] },
    });
    expect((await change(id, { api_url: receiver.url, bot_token: "123456:another-token" })).status).toBe(200);
  });

  it.each([
    [{ kind: "email" }, "to"],
    [{ kind: "email", to: [] }, "to"],
    [{ kind: "email", to: ["Ops <ops@example.org>"] }, "to"],
    [{ kind: "email", to: ["ops@example.org\r\nBcc: x@example.org"] }, "to"],
    [{ kind: "email", to: ["ops@example.org"], url: "https://example.org" }, "url"],
    [{ kind: "webhook" }, "url"],
    [{ kind: "webhook", url: "file:///etc/passwd" }, "url"],
    [{ kind: "webhook", url: "https://user:password@example.org" }, "url"],
    [{ kind: "webhook", url: "https://example.org", secret: "short" }, "secret"],
    [{ kind: "telegram", bot_token: "x/../y", chat_id: "1" }, "bot_token"],
    [{ kind: "telegram", bot_token: "123456:very-secret-token", chat_id: "a b" }, "chat_id"],
    [{ kind: "pigeon" }, "kind"],
  ])("of %j is refused for its %s", async (body, field) => {
    const reply = await check(
      "addNotificationChannel",
      call(`POST ${channels}`, { as: admin, body: { name: unique(), ...body } }),
    );
    expect(reply).toMatchObject({ status: 400, body: { code: "VALIDATION_ERROR" } });
    expect(JSON.stringify((reply.body as { details: unknown }).details)).toContain(`"field":"${field}`);
  });

  it("has a name of its own", async () => {
    const [one, two] = [unique(), unique()];
    const { id } = await addWebhook({ name: one });
    await addWebhook({ name: two });
    const again = call(`POST ${channels}`, {
      as: admin,
      body: { name: one.toUpperCase(), kind: "slack", url: "https://example.org" },
    });
    expect(await check("addNotificationChannel", again)).toMatchObject({
      status: 409,
      body: { code: "ALREADY_EXISTS" },
    });
    expect((await change(id, { name: two })).status).toBe(409);
    expect((await change(id, { name: one.toUpperCase() })).status).toBe(200);
  });

  it("is for administrators", async () => {
    const { id } = await addWebhook();
    const as = ada;
    expect((await check("listNotificationChannels", call(`GET ${channels}`, { as }))).status).toBe(403);
    expect((await call(`POST ${channels}/${id}/test`, { as })).status).toBe(403);
    expect((await call(`POST ${channels}/${id}`, { as, body: { paused: true } })).status).toBe(403);
    expect((await call(`DELETE ${channels}/${id}`, { as })).status).toBe(403);
    expect((await check("listNotificationDeliveries", call(`GET ${deliveries}`, { as }))).status).toBe(403);
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
    const rules = [{ event: "backup_failed" }, { event: "backup_stale", project: tenant.slug, hours: 26 }];
    expect((await setRules(id, rules)).body).toMatchObject({
      data: {
        rules: [
          { event: "backup_failed", project: null, hours: null },
          { event: "backup_stale", project: tenant.slug, hours: 26 },
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
    check("listNotificationDeliveries", call(`GET ${deliveries}?channel_id=${id}&limit=1`, { as: admin }));
  expect((await list()).body).toMatchObject({
    data: [
      { about: "destination_unhealthy", status: "failed", error: "127.0.0.1:9 refused the connection.", attempts: 1 },
    ],
    next_cursor: null,
  });
  const again = () => check("retryNotificationDelivery", call(`POST ${deliveries}/${row?.id}/retry`, { as: admin }));
  expect(await again()).toMatchObject({ status: 200, body: { data: { status: "pending" } } });
  expect((await again()).status).toBe(404);
  expect((await list()).body).toMatchObject({ data: [{ status: "pending", attempts: 0 }] });
});

it("every operation was called", () => expectAll(isAboutNotifications));
