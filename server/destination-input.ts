import { z } from "zod";
import { AppError } from "@/db/errors";
import { type DestinationSettings, destinationKind } from "@/db/schema";
import { destinationSettings } from "@/jobs/destination/settings";

const text = z.string().trim().max(2000).optional();
const bytes = z.number().int().optional();

/**
 * What a destination is set up with, one field beside the other, as forms and callers of the REST API give them. Which of them
 * there have to be, and what they may be, follows from the kind.
 */
export const settingsFields = {
  folder: text,
  endpoint: text.nullable(),
  region: text,
  bucket: text,
  prefix: text,
  accessKeyId: text,
  secretAccessKey: text,
  pathStyle: z.boolean().optional(),
  botToken: text,
  chatId: text,
  apiUrl: text,
  uploadMaxBytes: bytes,
  downloadMaxBytes: bytes,
};

export const kindField = z.enum(destinationKind.enumValues);

const fieldsOfKind = {
  local: ["folder"],
  s3: ["endpoint", "region", "bucket", "prefix", "accessKeyId", "secretAccessKey", "pathStyle"],
  telegram: ["botToken", "chatId", "apiUrl", "uploadMaxBytes", "downloadMaxBytes"],
} as const satisfies Record<DestinationSettings["kind"], (keyof typeof settingsFields)[]>;

type Given = { [F in keyof typeof settingsFields]?: z.infer<(typeof settingsFields)[F]> };

/**
 * The settings that these fields make. One that is left out stays as it was `before`: secrets above all are not given again,
 * unless they would go to another address.
 */
export function settingsFrom(
  kind: DestinationSettings["kind"],
  given: Given,
  before?: DestinationSettings,
): DestinationSettings {
  const known: readonly string[] = fieldsOfKind[kind];
  const strange = Object.entries(given).find(([name, value]) => value !== undefined && !known.includes(name));
  if (strange) throw notValid([{ field: strange[0], error: `is nothing that a destination of kind ${kind} has` }]);
  const own = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = destinationSettings.safeParse({ ...(before?.kind === kind ? before : {}), ...own, kind });
  if (!parsed.success)
    throw notValid(parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), error: message })));
  const secret = secretOf[kind];
  // It goes to that address: whoever may change it need not know the secret.
  if (before?.kind === kind && secret && given[secret] === undefined && addressOf(parsed.data) !== addressOf(before))
    throw notValid([{ field: secret, error: "is needed again, since it would be sent to another address" }]);
  return parsed.data;
}

const secretOf = { local: null, s3: "secretAccessKey", telegram: "botToken" } as const;

/** Where the secret goes; null for where there is one place only. */
function addressOf(settings: DestinationSettings): string | null {
  switch (settings.kind) {
    case "local":
      return null;
    case "s3":
      return settings.endpoint;
    case "telegram":
      return settings.apiUrl;
  }
}

function notValid(fields: { field: string; error: string }[]): AppError {
  const [first] = fields;
  return new AppError("VALIDATION_ERROR", `${first?.field} ${first?.error}`, {
    fields: fields.map((field) => ({ ...field, code: "invalid_value" })),
  });
}
