import { describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { unique } from "@/jobs/testing/tenant";
import { call, givenApi } from "@/server/testing/api";
import {
  add,
  addBot,
  addWebhook,
  change,
  channels,
  check,
  deliveries,
  givenChannels,
  tryOut,
} from "@/server/testing/notifications";

givenControlPlane();
givenApi({ PRIVATE_HOSTS: "127.0.0.1", MAIL_FROM: "coffer@example.org" });
const given = givenChannels();
const { receiver } = given;

describe("a channel", () => {
  it("keeps the secrets that an edit leaves out", async () => {
    const { id } = await addBot();
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
      call(`POST ${channels}`, { as: given.admin, body: { name: unique(), ...body } }),
    );
    expect(reply).toMatchObject({ status: 400, body: { code: "VALIDATION_ERROR" } });
    expect(JSON.stringify((reply.body as { details: unknown }).details)).toContain(`"field":"${field}`);
  });

  it("has a name of its own", async () => {
    const [one, two] = [unique(), unique()];
    const { id } = await addWebhook({ name: one });
    await addWebhook({ name: two });
    const again = call(`POST ${channels}`, {
      as: given.admin,
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
    const as = given.ada;
    expect((await check("listNotificationChannels", call(`GET ${channels}`, { as }))).status).toBe(403);
    expect((await call(`POST ${channels}/${id}/test`, { as })).status).toBe(403);
    expect((await call(`POST ${channels}/${id}`, { as, body: { paused: true } })).status).toBe(403);
    expect((await call(`DELETE ${channels}/${id}`, { as })).status).toBe(403);
    expect((await check("listNotificationDeliveries", call(`GET ${deliveries}`, { as }))).status).toBe(403);
  });
});
