import { z } from "zod";
import { newProjectOptions } from "@/jobs/clone-project/options";

/** What may be asked of an uploaded dump. A job keeps these as its options; it has no project before it has made one. */
export const importOptions = z.strictObject({
  dumpId: z.uuid(),
  ...newProjectOptions,
  /** A registered database. */
  databaseId: z.uuid(),
  /**
   * Functions and triggers of the dump come along. They run with the rights of whoever calls them, and in an index with
   * those of the database's user, so whoever says yes trusts the dump.
   */
  allowFunctions: z.boolean().default(false),
});

export type ImportOptions = z.infer<typeof importOptions>;

export const importSteps = [
  { name: "check", title: "Checking the file and the target" },
  { name: "read", title: "Reading every statement" },
  { name: "restore", title: "Restoring as a role without rights" },
  { name: "place", title: "Making the project" },
];
