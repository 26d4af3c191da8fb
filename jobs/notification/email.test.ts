import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sendMail } from "@/jobs/notification/email";
import { mailAddress } from "@/jobs/notification/mail-address";
import { setEnvironment } from "@/jobs/testing/env";
import { givenMailServer, smtpUrl } from "@/jobs/testing/mail-server";
import { why } from "@/jobs/testing/undelivered";

const mail = givenMailServer();
beforeAll(() => setEnvironment({ SMTP_URL: smtpUrl(mail.port), MAIL_FROM: "Coffer <coffer@example.org>" }));
beforeEach(() => {
  mail.mails.length = 0;
  mail.refuse(null);
});

describe("a mail", () => {
  const one = { to: ["ops@example.org"], subject: "Backup\r\nBcc: evil@example.org", text: "Grüße\n.\n", id: "n-1" };

  it("arrives at everybody, with one subject line and nothing that was smuggled in", async () => {
    await sendMail({ ...one, to: ["ops@example.org", "ada@example.org"] });
    const [got] = await mail.received(1);
    expect(got).toMatchObject({ from: "coffer@example.org", to: ["ops@example.org", "ada@example.org"] });
    expect(got?.headers.get("subject")).toBe("Backup Bcc: evil@example.org");
    expect(got?.headers.has("bcc")).toBe(false);
    expect(got?.headers.get("message-id")).toBe("<n-1@example.org>");
    expect(got?.headers.get("auto-submitted")).toBe("auto-generated");
    expect(got?.text.trim()).toBe("Grüße\n.");
  });

  it("that is refused for good is not tried again, and one that is put off is", async () => {
    mail.refuse({ code: 550, message: "smtp-password is no good" });
    const refused = await why(sendMail(one));
    expect(refused).toMatchObject({ isPermanent: true, message: expect.stringContaining("550") });
    expect(refused?.message).not.toContain("smtp-password");
    mail.refuse({ code: 451, message: "later" });
    expect(await why(sendMail(one))).toEqual({ message: expect.stringContaining("later") });
  });
});

describe("a mail to several", () => {
  const both = { to: ["ops@example.org", "ada@example.org"], subject: "Backup", text: "text", id: "n-2" };

  it("that one of them is to get later is tried again, and one that is refused for good is not", async () => {
    mail.refuse({ code: 450, message: "greylisted", of: "ada@example.org" });
    expect(await why(sendMail(both))).toEqual({
      message: "The mail server did not take ada@example.org.",
      isPermanent: false,
      reached: ["ops@example.org"],
    });
    mail.refuse({ code: 550, message: "unknown", of: "ada@example.org" });
    expect(await why(sendMail(both))).toMatchObject({ isPermanent: true });
  });
});

describe("an address for mails", () => {
  it.each(["ops@example.org", "o'brien+backup@mail.example.org", "root@localhost"])("may be %s", (address) => {
    expect(mailAddress.safeParse(address).success).toBe(true);
  });
  it.each([
    "",
    "ops",
    "ops@example.org, ada@example.org",
    "ops@example.org;ada@example.org",
    "Ops <ops@example.org>",
    '"ops@evil.org"@example.org',
    "ops@evil.org <x@example.org>",
    "ops@example.org\r\nBcc: all@example.org",
    "ops\n@example.org",
    "ops@[127.0.0.1]",
    "ops@127.0.0.1",
    "ops(comment)@example.org",
    "ops@exämple.org",
    "ops@example..org",
    `${"a".repeat(65)}@example.org`,
    "a@b@example.org",
    "ops@example.org>",
    "=?utf-8?q?ops=40evil.org?=@example.org x",
  ])("may not be %j", (address) => {
    expect(mailAddress.safeParse(address).success).toBe(false);
  });
});
