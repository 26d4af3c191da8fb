import path from "node:path";
import { z } from "zod";
import type { DestinationSettings } from "@/db/schema";
import { jobsEnv } from "@/jobs/env";

const control = /\p{Cc}/u;
const climbs = (value: string) => value.split(/[/\\]/).some((part) => part === "." || part === "..");

const plain = (what: string, max: number) =>
  z
    .string()
    .trim()
    .min(1, `${what} is missing.`)
    .max(max, `${what} is too long: at most ${max} characters.`)
    .refine((value) => !control.test(value), `${what} must not contain control characters.`);

/** Where Coffer keeps files of its own: copies there would be taken for those, or swept with them. */
export function ownFolders(): string[] {
  const { BACKUP_DIR, UPLOAD_DIR, EXPORT_DIR } = jobsEnv();
  return [BACKUP_DIR, UPLOAD_DIR, EXPORT_DIR];
}

/** Whether a folder is within one of those, or around it. */
export function isAmongOwnFolders(folder: string, own = ownFolders()): boolean {
  const isWithin = (inner: string, outer: string) => `${inner}${path.sep}`.startsWith(`${outer}${path.sep}`);
  return own.some((each) => isWithin(folder, each) || isWithin(each, folder));
}

/** What to say of such a folder. */
export const tooNear = "The folder must be apart from those in which Coffer keeps its own files.";

const folder = plain("The folder", 1000)
  .refine(path.isAbsolute, "The folder must be an absolute path, such as /mnt/backups.")
  .refine((value) => !climbs(value), "The folder must be written without . and .. in it.")
  .transform((value) => path.resolve(value))
  .refine((value) => value !== path.parse(value).root, "The folder must not be the root of the file system.")
  .refine((value) => !isAmongOwnFolders(value), tooNear);

/** The base address of a server, without a slash at its end. */
const address = (what: string) =>
  plain(what, 500)
    .refine(
      (value) => /^https?:\/\//i.test(value) && URL.canParse(value),
      `${what} must start with https:// or http://.`,
    )
    .refine((value) => {
      const url = URL.canParse(value) ? new URL(value) : null;
      return !url?.username && !url?.password;
    }, `${what} must not contain a user or a password.`)
    .refine((value) => !/[?#]/.test(value), `${what} must not contain ? or #.`)
    .transform((value) => value.replace(/\/+$/, ""));

const local = z.strictObject({ kind: z.literal("local"), folder });

const key = (what: string, max: number) =>
  plain(what, max).regex(/^[\x21-\x7e]+$/, `${what} must be of printable characters without spaces.`);

const bucket = plain("The bucket", 63)
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "A bucket has 3 to 63 lower-case letters, digits, dots and hyphens.")
  .refine((value) => !/\.\.|\.-|-\./.test(value) && !/^[\d.]+$/.test(value), "This is no valid name of a bucket.");

const prefix = z
  .string()
  .trim()
  .max(500)
  .transform((value) => value.replace(/^\/+|\/+$/g, ""))
  .refine(
    (value) => !control.test(value) && !value.includes("\\"),
    "The prefix must not contain control characters or \\.",
  )
  .refine(
    (value) => !climbs(value) && !value.includes("//"),
    "The prefix must not contain empty parts, . or .. in it.",
  );

const s3 = z.strictObject({
  kind: z.literal("s3"),
  endpoint: address("The endpoint").nullable().default(null),
  region: plain("The region", 64)
    .regex(/^[A-Za-z0-9-]+$/, "A region has letters, digits and hyphens.")
    .default("us-east-1"),
  bucket,
  prefix: prefix.default(""),
  accessKeyId: key("The access key", 256),
  secretAccessKey: key("The secret key", 1024),
  // Every server knows it but a few that say so; the other way needs a name in DNS for each bucket.
  pathStyle: z.boolean().default(true),
});

/** In bytes. From 1 MB, below which a backup would be thousands of messages, to what a Bot API server of one's own takes. */
const limit = z.number().int().min(1_000_000).max(2_097_152_000);

const telegram = z.strictObject({
  kind: z.literal("telegram"),
  botToken: plain("The bot's token", 200).regex(/^\d{3,20}:[A-Za-z0-9_-]{20,100}$/, "This is no token of a bot."),
  chatId: plain("The chat", 64).regex(
    /^(-?[1-9]\d{0,19}|@[A-Za-z][A-Za-z0-9_]{3,31})$/,
    "A chat is a number, or @ and the name of a channel.",
  ),
  apiUrl: address("The address of the Bot API").default("https://api.telegram.org"),
  /** Those of Telegram's own server: of `sendDocument`, and of `getFile`. */
  uploadMaxBytes: limit.default(50_000_000),
  downloadMaxBytes: limit.default(20_000_000),
});

/** What somebody may enter. */
export const destinationSettings = z.discriminatedUnion("kind", [local, s3, telegram]);

/** What may be shown again: of what is secret only that it is there. */
export function maskedSettings(settings: DestinationSettings) {
  switch (settings.kind) {
    case "local":
      return settings;
    case "s3": {
      const { secretAccessKey, ...shown } = settings;
      return { ...shown, hasSecretAccessKey: secretAccessKey !== "" };
    }
    case "telegram": {
      const { botToken, ...shown } = settings;
      return { ...shown, hasBotToken: botToken !== "" };
    }
  }
}

export type MaskedSettings = ReturnType<typeof maskedSettings>;
