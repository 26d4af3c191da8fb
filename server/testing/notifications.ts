import { beforeAll, beforeEach, expect } from "vitest";
import { givenMailServer, type MailServer, smtpUrl } from "@/jobs/testing/mail-server";
import { givenReceiver, type Receiver } from "@/jobs/testing/receiver";
import { unique } from "@/jobs/testing/tenant";
import { call } from "@/server/testing/api";
import { driver } from "@/server/testing/documented";
import { setEnvironment } from "@/server/testing/env";
import { tenantWithPeople } from "@/server/testing/people";

type Given = Awaited<ReturnType<typeof tenantWithPeople>> & { receiver: Receiver; mail: MailServer };

const given = {} as Given;

/** A tenant, people, and servers that take what channels send, for all tests of a file. */
export function givenChannels(): Given {
  const mail = givenMailServer();
  const receiver = givenReceiver();
  beforeAll(async () => {
    setEnvironment({ SMTP_URL: smtpUrl(mail.port) });
    Object.assign(given, await tenantWithPeople());
  });
  beforeEach(() => {
    receiver.requests.length = 0;
  });
  return Object.assign(given, { mail, receiver });
}

export const channels = "/api/v1/notifications/channels";
export const deliveries = "/api/v1/notifications/deliveries";
export const { check, expectAll } = driver();

type Channel = { id: string; secret?: string | null; rules: unknown[] };

/** Adds a channel, as an administrator does. */
export async function add(body: Record<string, unknown>): Promise<Channel> {
  const reply = await check(
    "addNotificationChannel",
    call(`POST ${channels}`, { as: given.admin, body: { name: unique(), ...body } }),
  );
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return (reply.body as { data: Channel }).data;
}

export const addWebhook = (more: Record<string, unknown> = {}) =>
  add({ kind: "webhook", url: `${given.receiver.url}/hidden-path`, ...more });

/** A bot whose server is the receiver. */
export const addBot = () =>
  add({
    kind: "telegram",
    bot_token: "123456:very-secret-token",
    chat_id: "-100",
    api_url: given.receiver.url,
  });

export const change = (id: string, body: Record<string, unknown>) =>
  check("changeNotificationChannel", call(`POST ${channels}/${id}`, { as: given.admin, body }));

/** Whether a trial of the channel arrives, and why not. */
export const tryOut = async (id: string) => {
  const reply = await check("testNotificationChannel", call(`POST ${channels}/${id}/test`, { as: given.admin }));
  return (reply.body as { data: { is_delivered: boolean; error: string | null } }).data;
};

export const setRules = (id: string, rules: unknown[]) =>
  check("setNotificationRules", call(`POST ${channels}/${id}/rules`, { as: given.admin, body: { rules } }));
