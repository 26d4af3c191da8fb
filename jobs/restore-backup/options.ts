import { z } from "zod";

/** What may be asked of a restore. */
export const restoreInput = z.strictObject({
  backupId: z.uuid(),
  /** Reads the whole archive before anything else; without that its sha256 alone is compared. */
  verifyFirst: z.boolean().default(true),
  /** A backup of what is there now comes first. */
  createSafetyBackup: z.boolean().default(true),
  /** Only the rows of these tables are brought back; the rest of the schema stays. All of it without them. */
  tables: z.array(z.string().min(1).max(63)).min(1).max(200).optional(),
  /** How long the schema that is replaced is kept for an undo. */
  keepHours: z
    .number()
    .int()
    .min(1)
    .max(24 * 30)
    .default(24),
});

/** What its job keeps; the job's project is the one that is restored to. */
export const restoreOptions = restoreInput.extend({
  /** A key came along, which is gone when the job is over. */
  keysSupplied: z.literal(true).optional(),
});

export type RestoreOptions = z.infer<typeof restoreOptions>;

/** The steps of a restore, in order. */
export const restoreSteps = ({ createSafetyBackup }: RestoreOptions) => [
  { name: "check", title: "Checking what stands in the way" },
  { name: "read", title: "Reading the archive" },
  ...(createSafetyBackup ? [{ name: "safety", title: "Making a safety backup" }] : []),
  { name: "restore", title: "Restoring beside the live schema" },
  { name: "compare", title: "Comparing with the backup" },
  { name: "swap", title: "Putting it in place" },
];
