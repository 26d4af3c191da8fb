import { z } from "zod";
import { proofLevel } from "@/db/schema";

/** What may be asked of a proof. A job keeps these as its options. */
export const verifyOptions = z.strictObject({
  backupId: z.uuid(),
  /** `archive`: the file is whole and can be read to its end. `restore`: it is restored into a scratch database and compared as well. */
  level: z.enum(proofLevel.enumValues).default("archive"),
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
];

export const verifySteps = (level: VerifyOptions["level"]) => [...reading, ...(level === "restore" ? restoring : [])];
