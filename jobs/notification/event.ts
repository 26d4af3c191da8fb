import { z } from "zod";
import type { NotificationEvent } from "@/db/schema";

const backup = { backupId: z.uuid(), filename: z.string() };

/** What the message of each event is made of, besides the project. Kept as JSON, so times are text in ISO 8601. */
const facts = {
  backup_completed: z.object({
    ...backup,
    sizeBytes: z.number(),
    rows: z.number(),
    tables: z.number(),
    seconds: z.number(),
    encrypted: z.boolean(),
  }),
  backup_failed: z.object({
    jobId: z.uuid(),
    message: z.string(),
    hint: z.string().nullable(),
    attempts: z.number(),
    requestId: z.string().nullable(),
  }),
  /** `jobId` when it could not be tried at all, and `reasons` says why. */
  proof_failed: z.object({ ...backup, reasons: z.array(z.string()), jobId: z.uuid().nullable() }),
  backup_stale: z.object({
    staleHours: z.number(),
    last: z.object({ ...backup, createdAt: z.iso.datetime() }).nullable(),
  }),
  backup_shrunk: z.object({
    ...backup,
    what: z.enum(["rows", "bytes"]),
    now: z.number(),
    usual: z.number(),
    compared: z.number(),
  }),
  /** `isGood`: the backup can be counted on all the same. Older rows do not say. */
  copy_failed: z.object({
    ...backup,
    destination: z.string(),
    message: z.string(),
    isGood: z.boolean().default(true),
  }),
  destination_unhealthy: z.object({ destination: z.string(), problem: z.string() }),
  /** `isAdded`: they have become projects already. */
  schema_found: z.object({ database: z.string(), schemas: z.array(z.string()), isAdded: z.boolean() }),
} satisfies Record<NotificationEvent, z.ZodObject>;

export type Facts = { [E in NotificationEvent]: z.infer<(typeof facts)[E]> };

/** Something that people may want to hear of, by its event. */
export type Happening = { [E in NotificationEvent]: { event: E; facts: Facts[E] } }[NotificationEvent];

const happening = z.discriminatedUnion("event", [
  z.object({ event: z.literal("backup_completed"), facts: facts.backup_completed }),
  z.object({ event: z.literal("backup_failed"), facts: facts.backup_failed }),
  z.object({ event: z.literal("proof_failed"), facts: facts.proof_failed }),
  z.object({ event: z.literal("backup_stale"), facts: facts.backup_stale }),
  z.object({ event: z.literal("backup_shrunk"), facts: facts.backup_shrunk }),
  z.object({ event: z.literal("copy_failed"), facts: facts.copy_failed }),
  z.object({ event: z.literal("destination_unhealthy"), facts: facts.destination_unhealthy }),
  z.object({ event: z.literal("schema_found"), facts: facts.schema_found }),
]);

/** Undoes what the row of a notification has made of it. */
export const parseHappening = (event: string, kept: unknown): Happening => happening.parse({ event, facts: kept });
