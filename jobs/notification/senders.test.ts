import { createHmac } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ping } from "@/jobs/notification/heartbeat";
import { ask } from "@/jobs/notification/http";
import { testMessage } from "@/jobs/notification/message";
import { sendTelegram } from "@/jobs/notification/telegram";
import { callChat, callWebhook } from "@/jobs/notification/webhook";
import { setEnvironment } from "@/jobs/testing/env";
import { givenReceiver } from "@/jobs/testing/receiver";
import { why } from "@/jobs/testing/undelivered";

const receiver = givenReceiver();
beforeAll(() => setEnvironment({ PRIVATE_HOSTS: "127.0.0.1" }));
beforeEach(() => {
  receiver.requests.length = 0;
});

const message = testMessage("ops", "https://backups.example.org");
const token = "123456:secret-token-of-a-bot";

describe("a webhook", () => {
  const target = () => ({ url: `${receiver.url}/hook?key=hidden`, secret: "signing-secret" });
  const delivery = {
    id: "delivery-1",
    event: "backup_failed",
    createdAt: new Date("2026-01-29T15:30:00Z"),
    project: null,
    facts: { a: 1 },
    message,
  };

  it("gets what happened as JSON, with a signature that its owner can check", async () => {
    await callWebhook(target(), delivery);
    const [got] = await receiver.heard(1);
    expect(got).toMatchObject({ method: "POST", path: "/hook?key=hidden" });
    expect(got?.headers).toMatchObject({
      "content-type": "application/json",
      "coffer-delivery": "delivery-1",
      "coffer-event": "backup_failed",
    });
    expect(got?.json()).toMatchObject({ id: "delivery-1", event: "backup_failed", facts: { a: 1 }, project: null });
    const { t, v1 } =
      /^t=(?<t>\d+),v1=(?<v1>[0-9a-f]{64})$/.exec(String(got?.headers["coffer-signature"]))?.groups ?? {};
    expect(v1).toBe(createHmac("sha256", "signing-secret").update(`${t}.${got?.body}`).digest("hex"));
    expect(Math.abs(Date.now() / 1000 - Number(t))).toBeLessThan(60);
  });

  it.each([
    { status: 500, isPermanent: false },
    { status: 404, isPermanent: false },
    { status: 429, isPermanent: false, headers: { "Retry-After": "7" }, retryAfter: 7 },
  ])("that answers $status is tried again", async ({ status, headers, ...expected }) => {
    receiver.answer({ status, headers });
    const said = await why(callWebhook(target(), delivery));
    expect(said).toMatchObject({
      ...expected,
      message: `127.0.0.1:${receiver.port} did not take the message: it answered ${status}.`,
    });
    expect(said?.message).not.toContain("hidden");
  });

  it("that sends elsewhere is not followed", async () => {
    receiver.answer({ status: 302, headers: { Location: `${receiver.url}/away` } });
    expect(await why(callWebhook(target(), delivery))).toMatchObject({
      message: expect.stringContaining("not followed"),
    });
    expect(receiver.requests).toHaveLength(1);
  });

  it("that answers with a flood is not listened to for ever", async () => {
    receiver.answer({ status: 200, body: "x".repeat(5_000_000) });
    expect((await ask({ url: receiver.url })).body).toHaveLength(16_384);
  });

  it("that nobody serves says so, without the path", async () => {
    const said = await why(callWebhook({ url: "http://127.0.0.1:9/hidden", secret: "x" }, delivery));
    expect(said).toEqual({ message: "127.0.0.1:9 refused the connection." });
  });

  it.each([
    "http://10.0.0.1",
    "http://169.254.169.254/latest",
    "http://[::1]:1",

    "http://2130706434",
  ])("in a private network that nobody has allowed, like %s, is refused for good", async (url) => {
    const said = await why(callWebhook({ url, secret: "x" }, delivery));
    expect(said).toMatchObject({ isPermanent: true, message: expect.stringContaining("PRIVATE_HOSTS") });
  });
});

describe("a chat", () => {
  it("like Slack gets text that is no markup", async () => {
    await callChat({ kind: "slack", url: `${receiver.url}/services/T/B/x` }, message);
    expect((await receiver.heard(1))[0]?.json()).toMatchObject({
      mrkdwn: false,
      text: expect.stringContaining("Test from Coffer"),
    });
  });

  it("like Discord gets content that calls nobody, and takes it with 204", async () => {
    receiver.answer({ status: 204, body: "" });
    await callChat({ kind: "discord", url: receiver.url }, message);
    expect((await receiver.heard(1))[0]?.json()).toMatchObject({ allowed_mentions: { parse: [] } });
  });

  it("whose webhook was removed is not tried again, and one that is full is", async () => {
    receiver.answer({ status: 404 }, { status: 429, headers: { "Retry-After": "3" } });
    const target = { kind: "discord" as const, url: `${receiver.url}/api/webhooks/1/hidden` };
    const gone = await why(callChat(target, message));
    expect(gone).toMatchObject({ isPermanent: true });
    expect(gone?.message).not.toContain("hidden");
    expect(await why(callChat(target, message))).toMatchObject({ isPermanent: false, retryAfter: 3 });
  });
});

describe("a Telegram bot", () => {
  const chat = () => ({ botToken: token, chatId: "-100123", apiUrl: `${receiver.url}/` });

  it("sends plain text to its chat", async () => {
    receiver.answer({ body: JSON.stringify({ ok: true, result: {} }) });
    await sendTelegram(chat(), message);
    const [got] = await receiver.heard(1);
    expect(got?.path).toBe(`/bot${token}/sendMessage`);
    expect(got?.json()).toMatchObject({ chat_id: "-100123", text: expect.stringContaining("Test from Coffer") });
    expect(got?.json()).not.toHaveProperty("parse_mode");
  });

  it("waits as long as it is told to", async () => {
    const body = JSON.stringify({ ok: false, description: "Too Many Requests", parameters: { retry_after: 17 } });
    receiver.answer({ status: 429, body });
    expect(await why(sendTelegram(chat(), message))).toMatchObject({ isPermanent: false, retryAfter: 17 });
  });

  it("gives up when it may not, without telling its token", async () => {
    receiver.answer({ status: 401, body: JSON.stringify({ ok: false, description: `Unauthorized ${token}` }) });
    const said = await why(sendTelegram(chat(), message));
    expect(said).toMatchObject({ isPermanent: true, message: expect.stringContaining("Unauthorized") });
    expect(said?.message).not.toContain("secret-token");
  });

  it("tries again when something else than Telegram answers", async () => {
    receiver.answer({ status: 403, body: "<html>proxy</html>" }, { status: 200, body: "<html>" });
    for (const _ of [1, 2]) expect(await why(sendTelegram(chat(), message))).toMatchObject({ isPermanent: false });
  });
});

describe("a heartbeat", () => {
  it("goes to the address, or to /start and /fail after it", async () => {
    const url = `${receiver.url}/ping/uuid/?key=1`;
    for (const signal of ["start", "success", "fail"] as const)
      await ping(url, { signal, runId: "r1", why: "The disk\nis full." });
    expect(receiver.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /ping/uuid/start?key=1&rid=r1",
      "POST /ping/uuid/?key=1&rid=r1",
      "POST /ping/uuid/fail?key=1&rid=r1",
    ]);
    expect(receiver.requests[2]?.body).toBe("The disk is full.");
  });

  it("is a GET where a POST is not taken", async () => {
    receiver.answer({ status: 405 });
    await ping(receiver.url, { signal: "success", runId: "r1" });
    expect(receiver.requests.map(({ method }) => method)).toEqual(["POST", "GET"]);
  });
});
