import { codeOf, messageOf } from "@/db/errors";
import { jobsEnv } from "@/jobs/env";
import { plain, withoutSecrets } from "@/jobs/notification/plain";
import { type Undelivered, undelivered } from "@/jobs/notification/undelivered";

type Mail = {
  /** Bare addresses, see mail-address.ts. */
  to: string[];
  subject: string;
  text: string;
  /** The same for each attempt, so that a mailbox may see a second one for what it is. */
  id: string;
};

/** Whether mails can be sent at all. */
export const isMailConfigured = (): boolean => Boolean(jobsEnv().SMTP_URL);

const patience = 15_000;

/** Hands a mail to the server of SMTP_URL. Resolves when that has taken it for everybody; throws `undelivered`, with those whom it has `reached`. */
export async function sendMail({ to, subject, text, id }: Mail): Promise<void> {
  const { SMTP_URL: url, MAIL_FROM: from } = jobsEnv();
  if (!url || !from)
    throw undelivered({ message: "No mail server is set up: an operator has to set SMTP_URL and MAIL_FROM." });
  // Most processes never send one.
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({
    url,
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    dnsTimeout: patience,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const {
      accepted,
      rejected,
      rejectedErrors = [],
    } = await transport.sendMail({
      from,
      to: to.map((address) => ({ name: "", address })),
      subject: plain(subject),
      text,
      messageId: `<${id}@${domainOf(from)}>`,
      headers: { "Auto-Submitted": "auto-generated" },
    });
    if (rejected.length > 0)
      throw undelivered({
        message: `The mail server did not take ${rejected.join(", ")}.`,
        isPermanent: rejectedErrors.every((error) => Number(error.responseCode) >= 500),
        reached: reachedOf(to, accepted),
      });
  } catch (error) {
    throw error instanceof Error && "undelivered" in error ? error : undelivered(explain(error, url));
  } finally {
    transport.close();
  }
}

/** Those of them that the server has taken. Domains come back in lower case; one that is not known again gets it twice rather than never. */
function reachedOf(to: string[], accepted: (string | { address: string })[]): string[] {
  const taken = new Set(accepted.map((one) => inLowerCase(typeof one === "string" ? one : one.address)));
  return to.filter((address) => taken.has(inLowerCase(address)));
}

const inLowerCase = (address: string) => address.replace(/@.*$/, (domain) => domain.toLowerCase());

const domainOf = (from: string) => /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? "coffer";

function explain(error: unknown, url: string): Undelivered {
  const { hostname, username, password } = new URL(url);
  const secrets = [password, decodeURIComponent(password), username && `${username}:${password}`];
  const answer = plain(withoutSecrets(messageOf(error), secrets), 300);
  const code = codeOf(error) ?? "";
  if (code === "EAUTH") return { message: `The mail server ${hostname} refused the sign-in of SMTP_URL.` };
  const status = error instanceof Error && "responseCode" in error ? Number(error.responseCode) : 0;
  if (status >= 500) return { message: `The mail server ${hostname} refused: ${answer}`, isPermanent: true };
  if (status >= 400) return { message: `The mail server ${hostname} asks to try again: ${answer}` };
  return { message: `The mail server ${hostname} cannot be reached (${code || answer}).` };
}
