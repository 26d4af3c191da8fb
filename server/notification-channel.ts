import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AppError } from "@/db/errors";
import { type ChannelKind, type ChannelSettings, channelKind } from "@/db/schema";
import { isMailConfigured } from "@/jobs/notification/email";
import { mailAddress } from "@/jobs/notification/mail-address";
import { webAddress } from "@/server/web-address";

/** What the kinds of channels are made of. Each takes its own fields, and no other. */
const settingFields = {
  to: z.array(mailAddress).min(1).max(20).optional(),
  botToken: z
    .string()
    .trim()
    .max(200)
    .regex(/^\d{1,20}:[\w-]{10,}$/, "must be a bot's token, like 123456:ABC-def")
    .optional(),
  chatId: z
    .string()
    .trim()
    .regex(/^(-?\d{1,20}|@\w{4,64})$/, "must be a number, or the name of a public channel like @backups")
    .optional(),
  apiUrl: webAddress.optional(),
  url: webAddress.optional(),
  secret: z.string().min(16).max(200).optional(),
};

const name = z.string().trim().min(1).max(100);

export const newChannel = z.strictObject({ name, kind: z.enum(channelKind.enumValues), ...settingFields });
export const channelChange = z.strictObject({
  channelId: z.uuid(),
  name: name.optional(),
  paused: z.boolean().optional(),
  ...settingFields,
});

type Given = Partial<Omit<z.infer<typeof newChannel>, "name" | "kind">>;
type Field = keyof typeof settingFields;

const fieldsOf: Record<ChannelKind, Field[]> = {
  email: ["to"],
  telegram: ["botToken", "chatId", "apiUrl"],
  webhook: ["url", "secret"],
  slack: ["url"],
  discord: ["url"],
};

const refusal = (field: Field, error: string) =>
  new AppError("VALIDATION_ERROR", `${field} ${error}.`, { fields: [{ field, error, code: "invalid_value" }] });

/** The given fields, apart from those that are no setting. */
export const settingsIn = (input: Given): Given =>
  Object.fromEntries(
    Object.keys(settingFields).flatMap((field) => {
      const value = input[field as Field];
      return value === undefined ? [] : [[field, value]];
    }),
  );

/**
 * The settings of a channel of this kind: as given, else as they were. Throws VALIDATION_ERROR for a field that is missing, or
 * that the kind does not have.
 */
export function settingsFrom(kind: ChannelKind, given: Given, earlier?: ChannelSettings): ChannelSettings {
  const strange = (Object.keys(given) as Field[]).find((field) => !fieldsOf[kind].includes(field));
  if (strange) throw refusal(strange, `is nothing that a channel of the kind ${kind} has`);
  const before: Given & { kind?: ChannelKind } = earlier ?? {};
  const all: Given = { ...before, ...given };
  const need = <F extends Field>(field: F): NonNullable<Given[F]> => {
    const value = all[field];
    if (value === undefined) throw refusal(field, "is missing");
    return value;
  };
  switch (kind) {
    case "email":
      return { kind, to: need("to") };
    case "telegram": {
      const apiUrl = all.apiUrl ?? "https://api.telegram.org";
      // The token goes to that address: whoever may change it need not know the token.
      if (before.apiUrl && apiUrl !== before.apiUrl && !given.botToken)
        throw refusal("botToken", "is needed again, since it would be sent to another address");
      return { kind, botToken: need("botToken"), chatId: need("chatId"), apiUrl };
    }
    case "webhook":
      return { kind, url: need("url"), secret: all.secret ?? randomBytes(24).toString("base64url") };
    case "slack":
    case "discord":
      return { kind, url: need("url") };
  }
}

/** What may be seen of the settings. Of addresses only the host: the rest of them may be a secret. */
export function shownSettings(settings: ChannelSettings) {
  return {
    to: settings.kind === "email" ? settings.to : null,
    chatId: settings.kind === "telegram" ? settings.chatId : null,
    host:
      settings.kind === "email" ? null : new URL(settings.kind === "telegram" ? settings.apiUrl : settings.url).host,
  };
}

/** Throws MAIL_NOT_CONFIGURED when no mail could ever be sent. */
export function requireMail(): void {
  if (isMailConfigured()) return;
  const message =
    "No mail server is set up, so nobody can be told by mail. Leave the address out, or ask an operator to set SMTP_URL and MAIL_FROM.";
  throw new AppError("MAIL_NOT_CONFIGURED", message);
}
