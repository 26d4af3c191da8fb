import { z } from "zod";

/** PostgreSQL cuts longer names off, and keeps those that begin with `pg_` for itself. */
const schemaName = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= 63, "must have at most 63 bytes")
  .refine((name) => !/^pg_|^information_schema$|\0/.test(name), "must not begin with pg_");

/** What a project is called that a job makes. */
export const newProjectOptions = {
  slug: z
    .string()
    .max(100)
    .regex(/^[a-zA-Z0-9_-]+$/, "may hold letters, digits, _ and -"),
  name: z.string().trim().min(1).max(100),
  schemaName,
};

/** What may be asked of a clone. */
export const cloneInput = z.strictObject({
  backupId: z.uuid(),
  ...newProjectOptions,
  /** A registered database; the one where the backup's project lives when it is left out. */
  databaseId: z.uuid().optional(),
  /** Tables without their rows. */
  structureOnly: z.boolean().default(false),
});

/** What its job keeps; the job's project is the one that the backup is of. */
export const cloneOptions = cloneInput.extend({
  /** A key came along, which is gone when the job is over. */
  keysSupplied: z.literal(true).optional(),
});

export type CloneOptions = z.infer<typeof cloneOptions>;

export const cloneSteps = [
  { name: "check", title: "Checking the target" },
  { name: "read", title: "Reading the archive" },
  { name: "restore", title: "Restoring" },
  { name: "compare", title: "Comparing with the backup" },
  { name: "place", title: "Making the project" },
];
