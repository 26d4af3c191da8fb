import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { secretJson } from "@/db/secret";
import { proofLevel } from "./backup";
import { at, controlPlane, createdAt, id } from "./control-plane";
import { jobs } from "./job";
import { projects } from "./project";
import { users } from "./user";

/**
 * Backups by the clock: of one project, or of all whose slug matches a pattern, those to come included. What a slot has
 * started is in `schedule_runs`.
 */
export const schedules = controlPlane.table(
  "schedules",
  {
    id: id(),
    name: text("name").notNull(),
    /** Null: of all projects that `pattern` matches. */
    projectId: uuid("project_id").references(() => projects.id, { onDelete: "cascade" }),
    /** Of slugs; `*` stands for anything. Null: of one project. */
    pattern: text("pattern"),
    /** Five fields of cron. */
    cron: text("cron").notNull(),
    /** A name of the IANA database. */
    timeZone: text("time_zone").notNull(),
    /** Over how many seconds the projects of a slot are spread. */
    spreadSeconds: integer("spread_seconds").notNull().default(0),
    /** Of jobs/export-backup/options.ts. */
    options: jsonb("options").$type<Record<string, unknown>>().notNull(),
    /** What becomes of the backups that this schedule has made, of jobs/retention/plan.ts; null: all stay. */
    retention: jsonb("retention").$type<Record<string, unknown>>(),
    /** Every so many slots its backups are proven; null: never. */
    verifyEvery: integer("verify_every"),
    verifyLevel: proofLevel("verify_level").notNull().default("restore"),
    /** Told when a run starts, succeeds and fails. */
    heartbeatUrl: secretJson<string>("heartbeat_url"),
    /** Who has set it up, or was the last to change what it is of or what it does: its mails offer downloads in their name. */
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: createdAt(),
    updatedAt: at("updated_at").notNull().defaultNow(),
    pausedAt: at("paused_at"),
    /** The next slot, by the database's clock; null while it is paused, and when there is none. */
    nextRunAt: at("next_run_at"),
    /** The last slot that was started, and how many there were. */
    lastSlot: at("last_slot"),
    slots: integer("slots").notNull().default(0),
  },
  (t) => [
    uniqueIndex("schedules_name").on(sql`lower(${t.name})`),
    index("schedules_due").on(t.nextRunAt).where(sql`${t.pausedAt} is null`),
    index("schedules_by_project").on(t.projectId),
    check("schedules_one_project_or_pattern", sql`(${t.projectId} is null) <> (${t.pattern} is null)`),
    check("schedules_spread_within_a_day", sql`${t.spreadSeconds} between 0 and 86400`),
    check("schedules_verify_every_some", sql`${t.verifyEvery} >= 1`),
  ],
);

/** What a slot of a schedule has started for one project: its key makes that once, whoever sees the slot come. */
export const scheduleRuns = controlPlane.table(
  "schedule_runs",
  {
    scheduleId: uuid("schedule_id")
      .notNull()
      .references(() => schedules.id, { onDelete: "cascade" }),
    slot: at("slot").notNull(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    jobId: uuid("job_id")
      .notNull()
      .references(() => jobs.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    /** When the schedule's retention was applied after its job. */
    retainedAt: at("retained_at"),
  },
  (t) => [
    primaryKey({ columns: [t.scheduleId, t.slot, t.projectId] }),
    uniqueIndex("schedule_runs_job").on(t.jobId),
    index("schedule_runs_by_project").on(t.projectId),
    index("schedule_runs_to_retain").on(t.createdAt).where(sql`${t.retainedAt} is null`),
  ],
);
