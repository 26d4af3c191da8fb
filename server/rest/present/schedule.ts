import { z } from "zod";
import { proofLevel } from "@/db/schema";
import { policyInput } from "@/jobs/retention/policy";
import { scheduleOptions } from "@/jobs/schedule/options";
import type { OutputOf } from "@/server/rest/row";

const count = z.number().int().min(0);
const time = z.iso.datetime();

/** As it is kept: every field is there. */
const kept = <T extends z.ZodObject>(schema: T) =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(schema.shape).map(([name, field]) => [
        name,
        field instanceof z.ZodDefault ? field.unwrap() : field,
      ]),
    ),
  );

export const scheduleRecord = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    projectId: z.uuid().nullable().meta({ description: "Null: of all projects that `pattern` matches." }),
    projectSlug: z.string().nullable(),
    pattern: z.string().nullable(),
    projectCount: count.meta({ description: "How many projects it is of now, of those that the caller may see." }),
    cron: z.string(),
    words: z.string().meta({ description: "The rule in plain words.", example: "At 02:00, every day" }),
    timeZone: z.string(),
    spreadSeconds: count,
    options: kept(scheduleOptions),
    retention: kept(policyInput).nullable(),
    verifyEvery: z.number().int().min(1).nullable(),
    verifyLevel: z.enum(proofLevel.enumValues),
    heartbeatHost: z
      .string()
      .nullable()
      .meta({ description: "Of the monitor's address; the rest of that is never shown." }),
    createdAt: time,
    updatedAt: time,
    pausedAt: time.nullable(),
    nextSlots: z.array(time).meta({ description: "The next three; none while it is paused." }),
    lastRun: z
      .strictObject({
        slot: time,
        jobs: count,
        completed: count,
        failed: count.meta({ description: "Or cancelled." }),
        unfinished: count,
        errorMessage: z.string().nullable(),
      })
      .nullable(),
  })
  .meta({ id: "Schedule" });

export function presentSchedule(schedule: OutputOf<"schedule.get">): z.input<typeof scheduleRecord> {
  const { createdAt, updatedAt, pausedAt, nextSlots, lastRun, ...rest } = schedule;
  const { projectName, canChange, canRun, nextRunAt, lastSlot, slots, ...shown } = rest;
  return {
    ...shown,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    pausedAt: pausedAt?.toISOString() ?? null,
    nextSlots: nextSlots.map((slot) => slot.toISOString()),
    lastRun: lastRun && { ...lastRun, slot: lastRun.slot.toISOString() },
  };
}
