import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll } from "vitest";
import { waitFor } from "@/jobs/testing/wait";

export type ReceivedMail = {
  from: string;
  to: string[];
  /** As it came. */
  raw: string;
  headers: Map<string, string>;
  /** Decoded. */
  text: string;
};

type Refusal = { code: number; message: string; of?: string };

export type MailServer = {
  port: number;
  mails: ReceivedMail[];
  /** Refuses whatever comes, or what is for one address alone, with this code and sentence, until told null. */
  refuse(with_: Refusal | null): void;
  received(count: number): Promise<ReceivedMail[]>;
};

/** A real mail server for all tests of a file; it takes mails from user `coffer` with the password `smtp-password`. */
export function givenMailServer(): MailServer {
  let refusal: Refusal | null = null;
  const no = ({ code, message }: Refusal) => Object.assign(new Error(message), { responseCode: code });
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    onAuth: ({ username, password }, _, done) =>
      username === "coffer" && password === "smtp-password"
        ? done(null, { user: username })
        : done(new Error(`no such user as ${username} with ${password}`)),
    onMailFrom: (_, __, done) => (refusal && refusal.of === undefined ? done(no(refusal)) : done()),
    onRcptTo: ({ address }, _, done) => (refusal?.of === address ? done(no(refusal)) : done()),
    async onData(stream, session, done) {
      const raw = Buffer.concat(await stream.toArray()).toString("utf8");
      const { mailFrom, rcptTo } = session.envelope;
      mail.mails.push({
        from: mailFrom ? mailFrom.address : "",
        to: rcptTo.map(({ address }) => address),
        raw,
        ...partsOf(raw),
      });
      done();
    },
  });
  const mail: MailServer = {
    port: 0,
    mails: [],
    refuse: (with_) => {
      refusal = with_;
    },
    received: (count) =>
      waitFor(() => mail.mails.length >= count && mail.mails, { what: `${count} mails`, seconds: 30 }),
  };
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    mail.port = (server.server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise<void>((resolve) => server.close(resolve)));
  return mail;
}

/** The address of it, as SMTP_URL has it. */
export const smtpUrl = (port: number, password = "smtp-password"): string =>
  `smtp://coffer:${password}@127.0.0.1:${port}`;

function partsOf(raw: string): Pick<ReceivedMail, "headers" | "text"> {
  const end = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
  );
  return { headers, text: decoded(raw.slice(end + 4), headers.get("content-transfer-encoding")) };
}

function decoded(body: string, encoding = "7bit"): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return body.replaceAll("\r\n", "\n");
  const bytes = body
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8").replaceAll("\r\n", "\n");
}
