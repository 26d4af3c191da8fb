import { z } from "zod";

/** What may be asked of a comparison of rows. A job keeps these as its options. */
export const compareOptions = z.strictObject({
  backupId: z.uuid(),
  /** Another backup of the same project; null for the live schema. */
  otherId: z.uuid().nullable().default(null),
  tables: z
    .array(z.string().min(1).max(252))
    .min(1)
    .max(50)
    .refine((names) => new Set(names).size === names.length, "must not name a table twice"),
});

export type CompareOptions = z.infer<typeof compareOptions>;

export const compareSteps = [
  { name: "prepare", title: "Making a scratch database" },
  { name: "read", title: "Reading the rows" },
];
