import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { db } from "@/db/client";
import { notificationChannels } from "@/db/schema";
import { announce } from "@/jobs/notification/announce";
import { deliver } from "@/jobs/notification/deliver";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { setEnvironment } from "@/jobs/testing/env";
import { givenMailServer, smtpUrl } from "@/jobs/testing/mail-server";
import { addChannel, notificationsOf } from "@/jobs/testing/notification";
import { unique } from "@/jobs/testing/tenant";

givenControlPlane();
const mail = givenMailServer();
beforeAll(() => setEnvironment({ SMTP_URL: smtpUrl(mail.port), MAIL_FROM: "Coffer <coffer@example.org>" }));
beforeEach(() => {
  mail.mails.length = 0;
});

const [ops, ada] = ["ops@Example.org", "ada@example.org"] as const;

/** A mail to two, of whom the server has not taken one yet. */
async function halfSent() {
  const channel = await addChannel({ kind: "email", to: [ops, ada] }, [{ event: "destination_unhealthy" }]);
  const facts = { destination: "offsite", problem: "No such bucket." };
  await announce(db, { event: "destination_unhealthy", projectId: null, once: unique(), facts });
  const row = async () => (await notificationsOf(channel))[0];
  const id = (await row())?.id ?? "";
  mail.refuse({ code: 450, message: "greylisted", of: ada });
  expect(await deliver(id)).toMatchObject({ status: "pending" });
  expect(await row()).toMatchObject({ reached: [ops], error: `The mail server did not take ${ada}.` });
  mail.refuse(null);
  return { channel, id };
}

const receivers = () => mail.mails.map(({ to }) => to);

it("a mail that one of two is to get later is sent to that one alone", async () => {
  const { id } = await halfSent();
  expect(await deliver(id)).toEqual({ status: "sent", error: null });
  expect(receivers()).toEqual([["ops@example.org"], [ada]]);
});

it("a mail is sent when whoever did not have it is taken off the channel", async () => {
  const { channel, id } = await halfSent();
  const settings = { kind: "email" as const, to: [ops] };
  await db.update(notificationChannels).set({ settings }).where(eq(notificationChannels.id, channel));
  expect(await deliver(id)).toEqual({ status: "sent", error: null });
  expect(receivers()).toEqual([["ops@example.org"]]);
});
