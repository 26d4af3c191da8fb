import type { Facts, Happening } from "@/jobs/notification/event";
import { plain } from "@/jobs/notification/plain";
import { counted, lasting, sized, stamped } from "@/jobs/notification/words";

export type Field = { name: string; value: string };

/** What people read, whichever way it reaches them. Plain text: each way escapes it as it must. */
export type Message = {
  /** One line. */
  subject: string;
  /** What happened, why, and what to do. */
  lines: string[];
  fields: Field[];
  /** Where to see more. */
  link: string;
};

/** The project that something happened to; null for what concerns none. */
export type About = { slug: string; name: string } | null;

type Context = { project: About; publicUrl: string };

/** The message for what has happened. Names and causes come from elsewhere, so they are made harmless here. */
export function messageOf(happening: Happening, { project, publicUrl }: Context): Message {
  const { name, slug } = project ?? { name: "", slug: "" };
  const page = project ? `${publicUrl}/projects/${encodeURIComponent(slug)}` : publicUrl;
  const words = wordsOf(happening, plain(name, 100), page);
  const fields = [...(project ? [{ name: "Project", value: `${name} (${slug})` }] : []), ...(words.fields ?? [])];
  return {
    subject: plain(words.subject, 150),
    lines: words.lines.map((line) => plain(line, 600)),
    fields: fields.map((field) => ({ name: field.name, value: plain(field.value, 300) })),
    link: words.link ?? page,
  };
}

/** What a channel gets when somebody tries it. */
export const testMessage = (channel: string, publicUrl: string): Message => ({
  subject: "Test from Coffer",
  lines: [
    `This is a test of the channel ${plain(channel, 100)}. It works.`,
    "Messages about backups will look like this one.",
  ],
  fields: [],
  link: `${publicUrl}/notifications`,
});

type Words = { subject: string; lines: string[]; fields?: Field[]; link?: string };

function wordsOf(happening: Happening, name: string, page: string): Words {
  switch (happening.event) {
    case "backup_completed":
      return completed(happening.facts, name, page);
    case "backup_failed":
      return failed(happening.facts, name, page);
    case "proof_failed":
      return notProven(happening.facts, name, page);
    case "backup_stale":
      return stale(happening.facts, name);
    case "backup_shrunk":
      return shrunk(happening.facts, name, page);
    case "copy_failed":
      return notCopied(happening.facts, name, page);
    case "destination_unhealthy":
      return unhealthy(happening.facts, page);
    case "schema_found":
      return found(happening.facts, page);
  }
}

const backupPage = (page: string, id: string) => `${page}/backups/${id}`;
const jobPage = (page: string, id: string) => `${page}?job=${id}`;
const file = (filename: string): Field => ({ name: "File", value: filename });

const completed = (facts: Facts["backup_completed"], name: string, page: string): Words => ({
  subject: `Backup of ${name} is ready`,
  lines: [
    `${name} was backed up: ${counted(facts.rows, "row")} in ${counted(facts.tables, "table")}, ${sized(facts.sizeBytes)}, in ${lasting(facts.seconds)}.`,
  ],
  fields: [file(facts.filename), { name: "Encrypted", value: facts.encrypted ? "yes" : "no" }],
  link: backupPage(page, facts.backupId),
});

const failed = (facts: Facts["backup_failed"], name: string, page: string): Words => ({
  subject: `Backup of ${name} failed`,
  lines: [
    `${name} was not backed up. ${facts.message}`,
    facts.hint ?? "Open it to see the details and to try again.",
    "Earlier backups are not touched by this.",
  ],
  fields: [
    { name: "Attempts", value: String(facts.attempts) },
    ...(facts.requestId ? [{ name: "Request id", value: facts.requestId }] : []),
  ],
  link: jobPage(page, facts.jobId),
});

const notProven = (facts: Facts["proof_failed"], name: string, page: string): Words => ({
  subject: facts.jobId ? `A backup of ${name} could not be checked` : `A backup of ${name} failed its proof`,
  lines: [
    facts.jobId
      ? `${facts.filename} could not be checked, so nobody knows whether it can be restored.`
      : `${facts.filename} is not what it should be. Do not count on it.`,
    ...facts.reasons.slice(0, 5),
    facts.jobId ? "Check it again once the cause is mended." : "Take another backup now, and check that one.",
  ],
  fields: [file(facts.filename)],
  link: facts.jobId ? jobPage(page, facts.jobId) : backupPage(page, facts.backupId),
});

const stale = ({ staleHours, last }: Facts["backup_stale"], name: string): Words => ({
  subject: `${name} has no good backup of the last ${counted(staleHours, "hour")}`,
  lines: [
    last
      ? `The last good backup of ${name} is of ${stamped(new Date(last.createdAt))}.`
      : `${name} has no good backup at all.`,
    "Look whether its schedule is paused or its exports fail, and export a backup now.",
  ],
  fields: last ? [file(last.filename)] : [],
});

const shrunk = (facts: Facts["backup_shrunk"], name: string, page: string): Words => {
  const amount = (value: number) => (facts.what === "rows" ? counted(value, "row") : sized(value));
  return {
    subject: `The backup of ${name} holds far less than usual`,
    lines: [
      `It holds ${amount(facts.now)}; the ${counted(facts.compared, "backup")} before it held about ${amount(facts.usual)}.`,
      "If nobody has deleted that much on purpose, something is wrong: compare it with the one before, and pin that one.",
    ],
    fields: [file(facts.filename)],
    link: backupPage(page, facts.backupId),
  };
};

const notCopied = (facts: Facts["copy_failed"], name: string, page: string): Words => ({
  subject: facts.isGood
    ? `A backup of ${name} was not copied to ${facts.destination}`
    : `A backup of ${name} is whole nowhere`,
  lines: facts.isGood
    ? [
        `${facts.filename} is good where it is, but there is no good copy of it at ${facts.destination}. ${facts.message}`,
        "If the destination did not work, it is copied again by itself once it does. Else copy it again from its page.",
      ]
    : [
        `${facts.filename} cannot be restored: there is no good copy of it at ${facts.destination}, and no other whole file. ${facts.message}`,
        "Export a backup now. If a file of it is found again, check it from its page.",
      ],
  fields: [file(facts.filename), { name: "Destination", value: facts.destination }],
  link: backupPage(page, facts.backupId),
});

const unhealthy = ({ destination, problem }: Facts["destination_unhealthy"], page: string): Words => ({
  subject: `The destination ${destination} does not work`,
  lines: [`Backups cannot be copied to ${destination} at present. ${problem}`, "Test it once the cause is mended."],
  link: `${page}/destinations`,
});

const found = ({ database, schemas, isAdded }: Facts["schema_found"], page: string): Words => ({
  subject: `${counted(schemas.length, "new schema")} on ${database}`,
  lines: [
    isAdded
      ? `${database} has schemas that were not here before. They are projects now, and schedules that match them will back them up.`
      : `${database} has schemas that nobody backs up. Add them as projects, or ignore them.`,
  ],
  fields: [{ name: schemas.length === 1 ? "Schema" : "Schemas", value: listed(schemas) }],
  link: `${page}/${isAdded ? "projects" : "databases"}`,
});

const listed = (names: string[]) =>
  names.length > 10 ? `${names.slice(0, 10).join(", ")} and ${names.length - 10} more` : names.join(", ");
