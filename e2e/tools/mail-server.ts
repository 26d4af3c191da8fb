import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export type Mail = { to: string[]; raw: string };

/** `env`: with it Coffer hands its mails to this server. `mailbox`: an address that gives all that have come. */
export type MailServer = { env: Record<string, string>; mailbox: string; stop: () => Promise<void> };

export async function startMailServer(): Promise<MailServer> {
  const mails: Mail[] = [];
  const smtp = new SMTPServer({
    disabledCommands: ["STARTTLS", "AUTH"],
    async onData(stream, session, done) {
      const raw = Buffer.concat(await stream.toArray()).toString("utf8");
      mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw });
      done();
    },
  });
  const box = createServer((_, response) => response.end(JSON.stringify(mails)));
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => box.listen(0, "127.0.0.1", resolve));
  const portOf = (address: unknown) => (address as AddressInfo).port;
  return {
    env: {
      SMTP_URL: `smtp://127.0.0.1:${portOf(smtp.server.address())}`,
      MAIL_FROM: "Coffer <coffer@example.org>",
      PRIVATE_HOSTS: "127.0.0.1",
    },
    mailbox: `http://127.0.0.1:${portOf(box.address())}`,
    async stop() {
      box.closeAllConnections();
      box.close();
      await new Promise<void>((resolve) => smtp.close(resolve));
    },
  };
}

/** The mails that have come for somebody, as text without the breaks of quoted-printable. */
export async function mailsTo(mailbox: string, address: string): Promise<string[]> {
  const mails = (await (await fetch(mailbox)).json()) as Mail[];
  const readable = (raw: string) => raw.replace(/=\r\n/g, "").replaceAll("=3D", "=");
  return mails.filter(({ to }) => to.includes(address)).map(({ raw }) => readable(raw));
}
