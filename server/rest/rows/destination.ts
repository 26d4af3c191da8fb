import { z } from "zod";
import { destinationKind } from "@/db/schema";
import { destinationRecord, destinationWithUse, presentDestination } from "@/server/rest/present/destination";
import { row } from "@/server/rest/row";

const tag = "Destinations";
const kind = z.enum(destinationKind.enumValues);
const count = z.number().int().min(0);

const settingsText =
  "A `local` one has a `folder`; an `s3` one `endpoint` (left out: Amazon's own), `region`, `bucket`, `prefix`, `access_key_id`, `secret_access_key`, `path_style`; a `telegram` one `bot_token`, `chat_id`, `api_url`, `upload_max_bytes`, `download_max_bytes`.";

const admin = "For administrators.";
const secretAgain = "A secret is needed again for another `endpoint` or `api_url`.";

export const destinationRows = [
  row({
    id: "listDestinations",
    tag,
    method: "GET",
    path: "/api/v1/destinations",
    summary: "List the destinations with how they do",
    description: admin,
    procedure: "destination.list",
    casing: "snake",
    status: 200,
    errors: ["PERMISSION_DENIED"],
    output: z.array(destinationWithUse),
    present: (found) => ({
      body: found.map(({ copyCount, copyBytes, ...each }) => ({ ...presentDestination(each), copyCount, copyBytes })),
    }),
  }),

  row({
    id: "listDestinationChoices",
    tag,
    method: "GET",
    path: "/api/v1/destinations/choices",
    summary: "List where backups may be copied to",
    description: "For everybody: what an export or a schedule names in `destinations`.",
    procedure: "destination.choices",
    casing: "snake",
    status: 200,
    output: z.array(
      z.strictObject({
        id: z.uuid(),
        name: z.string(),
        kind,
        isDefault: z.boolean(),
        isHealthy: z.boolean().meta({ description: "It was seen to work when it was last looked at." }),
      }),
    ),
    present: (found) => ({ body: found }),
  }),

  row({
    id: "readDestination",
    tag,
    method: "GET",
    path: "/api/v1/destinations/{id}",
    summary: "Read a destination with how it does",
    description: admin,
    procedure: "destination.get",
    casing: "snake",
    rename: { id: "destinationId" },
    status: 200,
    errors: ["PERMISSION_DENIED", "DESTINATION_NOT_FOUND"],
    output: destinationRecord,
    present: (found) => ({ body: presentDestination(found) }),
  }),

  row({
    id: "addDestination",
    tag,
    method: "POST",
    path: "/api/v1/destinations",
    summary: "Set up a destination",
    description: `${admin} It is kept once a file could be written, read and deleted there. ${settingsText}`,
    procedure: "destination.add",
    casing: "snake",
    status: 201,
    errors: ["PERMISSION_DENIED", "ALREADY_EXISTS", "DESTINATION_FAILED"],
    output: destinationWithUse,
    present: ({ copyCount, copyBytes, ...made }) => ({ body: { ...presentDestination(made), copyCount, copyBytes } }),
    example: {
      body: {
        name: "Vault",
        kind: "s3",
        region: "eu-central-1",
        bucket: "backups",
        access_key_id: "AKIA…",
        secret_access_key: "…",
      },
    },
  }),

  row({
    id: "testDestination",
    tag,
    method: "POST",
    path: "/api/v1/destinations/test",
    summary: "Try settings without keeping them",
    description: `${admin} Writes, reads and deletes a small file. With \`destination_id\`, what is left out is as it is there. ${secretAgain} ${settingsText}`,
    procedure: "destination.test",
    casing: "snake",
    status: 200,
    errors: ["PERMISSION_DENIED", "DESTINATION_NOT_FOUND", "DESTINATION_FAILED"],
    output: z.strictObject({ works: z.literal(true), freeBytes: count.nullable() }),
    present: ({ freeBytes }) => ({ body: { works: true as const, freeBytes } }),
  }),

  row({
    id: "changeDestination",
    tag,
    method: "POST",
    path: "/api/v1/destinations/{id}",
    summary: "Change a destination",
    description: `${admin} What is left out stays as it is, secrets too. ${secretAgain} Settings are kept once they have worked. Another folder or bucket is refused until the copies are found there, another chat while there are any.`,
    procedure: "destination.change",
    casing: "snake",
    rename: { id: "destinationId" },
    status: 200,
    errors: [
      "PERMISSION_DENIED",
      "DESTINATION_NOT_FOUND",
      "ALREADY_EXISTS",
      "DESTINATION_FAILED",
      "DESTINATION_IN_USE",
    ],
    output: destinationRecord,
    present: (changed) => ({ body: presentDestination(changed) }),
    example: { body: { is_default: true } },
  }),

  row({
    id: "checkDestination",
    tag,
    method: "POST",
    path: "/api/v1/destinations/{id}/check",
    summary: "Try a destination as it is",
    description: `${admin} The answer is 200 also when it does not work: look at \`problem\`.`,
    procedure: "destination.check",
    casing: "snake",
    rename: { id: "destinationId" },
    status: 200,
    optionalBody: true,
    errors: ["PERMISSION_DENIED", "DESTINATION_NOT_FOUND"],
    output: destinationRecord,
    present: (checked) => ({ body: presentDestination(checked) }),
  }),

  row({
    id: "getDestinationUse",
    tag,
    method: "GET",
    path: "/api/v1/destinations/{id}/use",
    summary: "Tell what uses a destination",
    description: admin,
    procedure: "destination.usedBy",
    casing: "snake",
    rename: { id: "destinationId" },
    status: 200,
    errors: ["PERMISSION_DENIED", "DESTINATION_NOT_FOUND"],
    output: z.strictObject({
      copies: count,
      onlyCopies: count.meta({ description: "Copies of backups that are nowhere else." }),
      schedules: z.array(z.string()).meta({ description: "Names of schedules that copy to it." }),
    }),
    present: (use) => ({ body: use }),
  }),

  row({
    id: "removeDestination",
    tag,
    method: "DELETE",
    path: "/api/v1/destinations/{id}",
    summary: "Forget a destination",
    description: `${admin} Refused while a schedule copies to it, or a backup is nowhere else. With \`forget_copies=true\` its copies are forgotten with it; their files stay where they are.`,
    procedure: "destination.remove",
    casing: "snake",
    rename: { id: "destinationId" },
    status: 204,
    errors: ["PERMISSION_DENIED", "DESTINATION_NOT_FOUND", "DESTINATION_IN_USE"],
    output: z.null(),
    present: () => ({ body: null }),
  }),
];
