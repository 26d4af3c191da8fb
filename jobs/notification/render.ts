import type { Message } from "@/jobs/notification/message";

const body = ({ lines, fields }: Message) => [
  ...lines,
  ...(fields.length > 0 ? ["", ...fields.map(({ name, value }) => `${name}: ${value}`)] : []),
];

/** As plain text, for a mail. */
export const asText = (message: Message): string => [...body(message), "", message.link, ""].join("\n");

/** An `@` that calls nobody, wherever a server makes calls out of plain text. */
const callsNobody = (text: string) => text.replace(/@(?=[\p{L}\p{N}_])/gu, "@\u2060");

/** As Telegram's plain text. Without a `parse_mode` nothing in it is markup; 4096 characters at most. */
export const asTelegram = (message: Message): string =>
  `${callsNobody([message.subject, "", ...body(message)].join("\n")).slice(0, 3000)}\n\n${message.link}`;

/** Slack makes markup, calls and links out of what stands between angle brackets, and out of nothing else. */
const slackText = (text: string) =>
  callsNobody(text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;"));

/** The body of a call to an incoming webhook of Slack, or of whoever takes the same. */
export const asSlack = (message: Message) => ({
  text: [slackText([message.subject, "", ...body(message)].join("\n")), "", message.link].join("\n"),
  mrkdwn: false,
  unfurl_links: false,
  unfurl_media: false,
});

const discordText = (text: string) => callsNobody(text.replace(/[\\*_~`|>#[\]()<-]/g, "\\$&"));

/** The body of a call to a webhook of Discord, which may call nobody and shows no pictures of links. 2000 characters at most. */
export const asDiscord = (message: Message) => ({
  content: `${cut(discordText([message.subject, "", ...body(message)].join("\n")), 1500)}\n\n<${message.link}>`,
  allowed_mentions: { parse: [] },
  flags: suppressEmbeds,
});

const suppressEmbeds = 4;

/** Not in the middle of an escape. */
const cut = (text: string, length: number) => text.slice(0, length).replace(/\\$/, "");
