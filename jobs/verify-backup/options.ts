import { z } from "zod";
import { proofLevel } from "@/db/schema";

/** What may be asked of a proof. */
export const verifyInput = z.strictObject({
  backupId: z.uuid(),
  /** `archive`: the file is whole and can be read to its end. `restore`: it is restored into a scratch database and compared as well. */
  level: z.enum(proofLevel.enumValues).default("archive"),
});

/** What its job keeps. */
export const verifyOptions = verifyInput.extend({
  /** A key came along, which is gone when the job is over: it cannot just be done again. */
  keysSupplied: z.literal(true).optional(),
});

export type VerifyOptions = z.infer<typeof verifyOptions>;

const reading = [
  { name: "check", title: "Checking the file" },
  { name: "read", title: "Reading the archive" },
];
const restoring = [
  { name: "prepare", title: "Making a scratch database" },
  { name: "restore", title: "Restoring" },
  { name: "compare", title: "Comparing" },
  { name: "clean", title: "Removing the scratch database" },
];

export const verifySteps = (level: VerifyOptions["level"]) => [...reading, ...(level === "restore" ? restoring : [])];
