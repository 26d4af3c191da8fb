import { describe, expect, it } from "vitest";
import { notificationEvent } from "@/db/schema";
import { type Happening, parseHappening } from "@/jobs/notification/event";
import { messageOf, testMessage } from "@/jobs/notification/message";
import { plain, withoutSecrets } from "@/jobs/notification/plain";
import { asDiscord, asSlack, asTelegram, asText } from "@/jobs/notification/render";

const id = "0b9d7a7e-8c5e-4d3e-9f0e-2f8a1c1d5b1a";
const backup = { backupId: id, filename: "acme_2026-01-29T1530Z.dump.gz" };
const acme = { slug: "acme", name: "Acme Shop" };
const at = "https://backups.example.org";
const backupLink = `${at}/projects/acme/backups/${id}`;

type Case = { happening: Happening; project?: typeof acme | null; subject: string; says: string[]; link: string };

const cases: Case[] = [
  {
    happening: {
      event: "backup_completed",
      facts: { ...backup, sizeBytes: 6_100_000, rows: 412_093, tables: 12, seconds: 65, encrypted: true },
    },
    subject: "Backup of Acme Shop is ready",
    says: ["412,093 rows in 12 tables, 6.1 MB, in 1 min 5 s", backup.filename, "Encrypted: yes", "Acme Shop (acme)"],
    link: backupLink,
  },
  {
    happening: {
      event: "backup_failed",
      facts: { jobId: id, message: "The disk is full.", hint: "Make room.", attempts: 3, requestId: "r-1" },
    },
    subject: "Backup of Acme Shop failed",
    says: ["was not backed up. The disk is full.", "Make room.", "Attempts: 3", "Request id: r-1"],
    link: `${at}/projects/acme?job=${id}`,
  },
  {
    happening: { event: "proof_failed", facts: { ...backup, reasons: ["1 of 9 tables differs."], jobId: null } },
    subject: "A backup of Acme Shop failed its proof",
    says: ["Do not count on it.", "1 of 9 tables differs.", "Take another backup now"],
    link: backupLink,
  },
  {
    happening: { event: "proof_failed", facts: { ...backup, reasons: ["psql is missing."], jobId: id } },
    subject: "A backup of Acme Shop could not be checked",
    says: ["nobody knows whether it can be restored", "psql is missing."],
    link: `${at}/projects/acme?job=${id}`,
  },
  {
    happening: {
      event: "backup_stale",
      facts: { staleHours: 26, last: { ...backup, createdAt: "2026-01-29T15:30:00.000Z" } },
    },
    subject: "Acme Shop has no good backup of the last 26 hours",
    says: ["is of 29 Jan 2026, 15:30 UTC", "export a backup now"],
    link: `${at}/projects/acme`,
  },
  {
    happening: { event: "backup_stale", facts: { staleHours: 1, last: null } },
    subject: "Acme Shop has no good backup of the last 1 hour",
    says: ["no good backup at all"],
    link: `${at}/projects/acme`,
  },
  {
    happening: { event: "backup_shrunk", facts: { ...backup, what: "rows", now: 1, usual: 9_000, compared: 7 } },
    subject: "The backup of Acme Shop holds far less than usual",
    says: ["holds 1 row; the 7 backups before it held about 9,000 rows", "pin that one"],
    link: backupLink,
  },
  {
    happening: {
      event: "copy_failed",
      facts: { ...backup, destination: "offsite", message: "The bucket does not exist.", isGood: true },
    },
    subject: "A backup of Acme Shop was not copied to offsite",
    says: [
      "is good where it is, but there is no good copy of it at offsite",
      "The bucket does not exist.",
      "Destination: offsite",
    ],
    link: backupLink,
  },
  {
    happening: {
      event: "copy_failed",
      facts: { ...backup, destination: "offsite", message: "It is gone.", isGood: false },
    },
    subject: "A backup of Acme Shop is whole nowhere",
    says: [
      "cannot be restored: there is no good copy of it at offsite",
      "no other whole file",
      "It is gone.",
      "Export a backup now",
    ],
    link: backupLink,
  },
  {
    happening: {
      event: "destination_unhealthy",
      facts: { destination: "offsite", problem: "It may not be written to." },
    },
    project: null,
    subject: "The destination offsite does not work",
    says: ["It may not be written to."],
    link: `${at}/destinations`,
  },
  {
    happening: {
      event: "schema_found",
      facts: { database: "main", schemas: ["tenant_a", "tenant_b"], isAdded: false },
    },
    project: null,
    subject: "2 new schemas on main",
    says: ["Add them as projects", "Schemas: tenant_a, tenant_b"],
    link: `${at}/databases`,
  },
];

describe("the message of", () => {
  it.each(cases.map((one) => [one.happening.event, one] as const))("%s says what happened and what to do", (_, one) => {
    const { project = acme } = one;
    const message = messageOf(one.happening, { project, publicUrl: at });
    expect(message).toMatchObject({ subject: one.subject, link: one.link });
    for (const words of one.says) expect(asText(message)).toContain(words);
    expect(parseHappening(one.happening.event, JSON.parse(JSON.stringify(one.happening.facts)))).toEqual(one.happening);
  });

  it("every event is among them", () => {
    const covered = new Set(cases.map(({ happening }) => happening.event));
    expect(notificationEvent.enumValues.filter((event) => !covered.has(event))).toEqual([]);
  });

  it("a test says which channel works", () => {
    expect(asText(testMessage("ops", at))).toContain("the channel ops. It works.");
  });
});

describe("a name that somebody has thought up for mischief", () => {
  const name = "Evil\r\nBcc: all@example.org\u202e <!channel> <@U1> @everyone @here [x](http://evil) <b>*_`";
  const message = messageOf(
    { event: "backup_failed", facts: { jobId: id, message: name, hint: name, attempts: 1, requestId: null } },
    { project: { slug: "evil", name }, publicUrl: at },
  );

  it("begins no line, so no header of a mail, and turns no text round", () => {
    for (const text of [message.subject, ...message.lines, ...message.fields.map(({ value }) => value)])
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    expect(asText(message)).not.toMatch(/^Bcc/m);
  });

  it("calls nobody in Slack, and makes no link there", () => {
    const { text } = asSlack(message);
    expect(text).not.toMatch(/[<>]|@[a-z]/i);
    expect(text).toContain("&lt;!channel&gt;");
    expect(text.endsWith(message.link)).toBe(true);
  });

  it("calls nobody in Discord, and is no markup there", () => {
    const { content, allowed_mentions } = asDiscord(message);
    expect(allowed_mentions).toEqual({ parse: [] });
    const shown = content.slice(0, content.lastIndexOf("\n\n<"));
    expect(shown).not.toMatch(/@[a-z]/i);
    expect(shown).not.toMatch(/(?<!\\)[*_`<[\]()]/);
  });

  it("calls nobody in Telegram", () => {
    expect(asTelegram(message)).not.toMatch(/@[a-z]/i);
  });

  it("is cut where a server takes no more", () => {
    const long = messageOf(
      {
        event: "schema_found",
        facts: { database: "*".repeat(5000), schemas: Array(5000).fill("_".repeat(60)), isAdded: true },
      },
      { project: null, publicUrl: at },
    );
    expect(asDiscord(long).content.length).toBeLessThanOrEqual(2000);
    expect(asTelegram(long).length).toBeLessThanOrEqual(4096);
    expect(long.subject.length).toBeLessThanOrEqual(150);
  });
});

describe("text of others", () => {
  it("is one line of whole letters, and not too long", () => {
    expect(plain(" a\r\n\tb\u0000c\u200b ")).toBe("a b c");
    expect(plain("😀".repeat(9), 4)).toBe("😀😀😀…");
    expect(plain("a\ud800b")).toBe("a\ufffdb");
  });

  it("keeps no secret that a server has repeated", () => {
    expect(withoutSecrets("no chat for 12:AB at 12:AB", ["12:AB", "", "no"])).toBe("no chat for … at …");
  });
});
