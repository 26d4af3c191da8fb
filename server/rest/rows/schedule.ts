import { z } from "zod";
import { proofLevel } from "@/db/schema";
import { policyInput } from "@/jobs/retention/policy";
import { scheduleOptions } from "@/jobs/schedule/options";
import { type OutputOf, row } from "@/server/rest/row";

const tag = "Schedules";
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

const scheduleRecord = z
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

function presentSchedule(schedule: OutputOf<"schedule.get">): z.input<typeof scheduleRecord> {
  const { createdAt, updatedAt, pausedAt, nextSlots, lastRun, ...rest } = schedule;
  const { projectName: _, canChange: __, nextRunAt: ___, lastSlot: ____, slots: _____, ...shown } = rest;
  return {
    ...shown,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    pausedAt: pausedAt?.toISOString() ?? null,
    nextSlots: nextSlots.map((slot) => slot.toISOString()),
    lastRun: lastRun && { ...lastRun, slot: lastRun.slot.toISOString() },
  };
}

const common = { tag, casing: "snake", rename: { id: "scheduleId" }, status: 200 } as const;
const one = z.strictObject({ data: scheduleRecord });
const given = (schedule: OutputOf<"schedule.get">) => ({ body: { data: presentSchedule(schedule) } });

export const scheduleRows = [
  row({
    ...common,
    rename: undefined,
    id: "listSchedules",
    method: "GET",
    path: "/api/v1/schedules",
    summary: "List the schedules of one's projects; for administrators all",
    procedure: "schedule.list",
    errors: ["PROJECT_NOT_FOUND"],
    output: z.strictObject({ data: z.array(scheduleRecord) }),
    present: (schedules) => ({ body: { data: schedules.map(presentSchedule) } }),
  }),
  row({
    ...common,
    rename: undefined,
    id: "createSchedule",
    method: "POST",
    path: "/api/v1/schedules",
    summary: "Back up a project, or all that match a pattern, by the clock",
    description:
      "`cron` has five fields, by the clocks of `time_zone`. In spring a slot in the skipped hour runs as much later, in autumn one in the repeated hour runs once. Slots that were missed are caught up once. `retention` is a policy for the backups that this schedule makes, and for no others. A schedule of one project needs the permission `manage` there; a pattern is for administrators.",
    procedure: "schedule.create",
    status: 201,
    errors: ["PERMISSION_DENIED", "PROJECT_NOT_FOUND", "ALREADY_EXISTS", "NO_ENCRYPTION_KEY", "DESTINATION_NOT_FOUND"],
    output: one,
    present: given,
    example: {
      body: {
        name: "Every night",
        pattern: "*",
        cron: "0 2 * * *",
        time_zone: "Europe/Berlin",
        spread_seconds: 3600,
        options: { format: "custom" },
        retention: { keep_daily: 7, keep_weekly: 4 },
        verify_every: 7,
      },
    },
  }),
  row({
    ...common,
    rename: undefined,
    id: "previewSchedule",
    method: "GET",
    path: "/api/v1/schedules/preview",
    summary: "Say a cron rule in words, with its next three slots",
    procedure: "schedule.preview",
    output: z.strictObject({ words: z.string(), nextSlots: z.array(time) }),
    present: ({ words, nextSlots }) => ({ body: { words, nextSlots: nextSlots.map((slot) => slot.toISOString()) } }),
  }),
  row({
    ...common,
    id: "readSchedule",
    method: "GET",
    path: "/api/v1/schedules/{id}",
    summary: "Read a schedule",
    procedure: "schedule.get",
    errors: ["SCHEDULE_NOT_FOUND"],
    output: one,
    present: given,
  }),
  row({
    ...common,
    id: "changeSchedule",
    method: "POST",
    path: "/api/v1/schedules/{id}",
    summary: "Change a schedule",
    description: "What is left out stays; `options` and `retention` are replaced as a whole.",
    procedure: "schedule.change",
    errors: [
      "PERMISSION_DENIED",
      "SCHEDULE_NOT_FOUND",
      "PROJECT_NOT_FOUND",
      "ALREADY_EXISTS",
      "NO_ENCRYPTION_KEY",
      "DESTINATION_NOT_FOUND",
    ],
    output: one,
    present: given,
    example: { body: { cron: "30 3 * * *" } },
  }),
  row({
    ...common,
    id: "deleteSchedule",
    method: "DELETE",
    path: "/api/v1/schedules/{id}",
    summary: "Delete a schedule; its backups stay",
    procedure: "schedule.delete",
    status: 204,
    errors: ["PERMISSION_DENIED", "SCHEDULE_NOT_FOUND"],
    output: z.null(),
    present: () => ({ body: null }),
  }),
  row({
    ...common,
    id: "pauseSchedule",
    method: "POST",
    path: "/api/v1/schedules/{id}/pause",
    summary: "Let a schedule rest",
    procedure: "schedule.pause",
    optionalBody: true,
    errors: ["PERMISSION_DENIED", "SCHEDULE_NOT_FOUND"],
    output: one,
    present: given,
  }),
  row({
    ...common,
    id: "resumeSchedule",
    method: "POST",
    path: "/api/v1/schedules/{id}/resume",
    summary: "Let a schedule run again, from its next slot on",
    procedure: "schedule.resume",
    optionalBody: true,
    errors: ["PERMISSION_DENIED", "SCHEDULE_NOT_FOUND"],
    output: one,
    present: given,
  }),
  row({
    ...common,
    id: "runSchedule",
    method: "POST",
    path: "/api/v1/schedules/{id}/run",
    summary: "Run a schedule at once, beside its slots",
    description: "Projects whose last run has not ended are left out.",
    procedure: "schedule.runNow",
    optionalBody: true,
    status: 202,
    errors: ["PERMISSION_DENIED", "SCHEDULE_NOT_FOUND", "PROJECT_NOT_FOUND", "SCHEDULE_BUSY"],
    output: z.strictObject({ jobs: count, busy: count.meta({ description: "Projects that were left out." }) }),
    present: (started) => ({ body: started }),
  }),
];
