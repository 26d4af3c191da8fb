import { z } from "zod";
import { proofLevel } from "@/db/schema";
import { policyInput } from "@/jobs/retention/policy";
import { scheduleOptions } from "@/jobs/schedule/options";
import { cronProblem } from "@/jobs/schedule/rule";
import { timeZone } from "@/server/time-zone";
import { projectRef } from "@/server/trpc";
import { webAddress } from "@/server/web-address";

/** Five fields of cron that will run, and not too often. */
export const cron = z
  .string()
  .trim()
  .overwrite((text) => text.replace(/\s+/g, " "))
  .max(200)
  .superRefine((text, { addIssue }) => {
    const message = cronProblem(text);
    if (message) addIssue({ code: "custom", message });
  });

/** Of slugs; `*` stands for anything. */
export const pattern = z
  .string()
  .max(100)
  .regex(/^[a-zA-Z0-9_*-]+$/, "may hold letters, digits, _ , - and *");

const fields = {
  name: z.string().trim().min(1).max(100),
  /** Of one project, or else of all that the pattern matches. */
  projectId: projectRef.nullable(),
  pattern: pattern.nullable(),
  cron,
  timeZone,
  /** Over how many seconds the projects of a slot are spread. */
  spreadSeconds: z.number().int().min(0).max(86_400),
  options: scheduleOptions,
  /** What becomes of the backups that this schedule makes. Null: all stay. */
  retention: policyInput.nullable(),
  /** Every so many slots its backups are proven; null: never. */
  verifyEvery: z.number().int().min(1).max(1000).nullable(),
  verifyLevel: z.enum(proofLevel.enumValues),
  /** Of a monitor, which is called when a run starts, succeeds (as it is) and fails. Null: none. */
  heartbeatUrl: webAddress.nullable(),
};

export const newSchedule = z.strictObject({
  ...fields,
  projectId: fields.projectId.default(null),
  pattern: fields.pattern.default(null),
  timeZone: timeZone.default("UTC"),
  spreadSeconds: fields.spreadSeconds.default(0),
  options: scheduleOptions.prefault({}),
  retention: fields.retention.default(null),
  verifyEvery: fields.verifyEvery.default(null),
  verifyLevel: fields.verifyLevel.default("restore"),
  heartbeatUrl: fields.heartbeatUrl.default(null),
});

/** Each field as a whole: one that is left out stays. */
export const scheduleChange = z.strictObject({ scheduleId: z.uuid(), ...z.strictObject(fields).partial().shape });
