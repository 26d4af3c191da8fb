CREATE TYPE "control_plane"."schema_discovery" AS ENUM('off', 'propose', 'automatic');--> statement-breakpoint
CREATE TYPE "control_plane"."copy_status" AS ENUM('pending', 'stored', 'missing', 'corrupt');--> statement-breakpoint
CREATE TYPE "control_plane"."destination_kind" AS ENUM('local', 's3', 'telegram');--> statement-breakpoint
CREATE TYPE "control_plane"."channel_kind" AS ENUM('email', 'telegram', 'webhook', 'slack', 'discord');--> statement-breakpoint
CREATE TYPE "control_plane"."notification_event" AS ENUM('backup_completed', 'backup_failed', 'proof_failed', 'backup_stale', 'backup_shrunk', 'copy_failed', 'destination_unhealthy', 'schema_found');--> statement-breakpoint
CREATE TYPE "control_plane"."notification_status" AS ENUM('pending', 'sent', 'failed');--> statement-breakpoint
CREATE TABLE "control_plane"."backup_copies" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"backup_id" uuid,
	"destination_id" uuid NOT NULL,
	"job_id" uuid,
	"status" "control_plane"."copy_status" DEFAULT 'pending' NOT NULL,
	"name" text NOT NULL,
	"size_bytes" bigint,
	"locator" jsonb,
	"problem" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"stored_at" timestamp (3) with time zone,
	"checked_at" timestamp (3) with time zone,
	"verified_at" timestamp (3) with time zone,
	CONSTRAINT "backup_copies_stored_somewhere" CHECK ("control_plane"."backup_copies"."status" <> 'stored' or "control_plane"."backup_copies"."size_bytes" is not null)
);
--> statement-breakpoint
CREATE TABLE "control_plane"."destinations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"kind" "control_plane"."destination_kind" NOT NULL,
	"settings" text NOT NULL,
	"default_since" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"checked_at" timestamp (3) with time zone,
	"unhealthy_since" timestamp (3) with time zone,
	"problem" text,
	"free_bytes" bigint,
	CONSTRAINT "destinations_unhealthy_because" CHECK (("control_plane"."destinations"."unhealthy_since" is null) = ("control_plane"."destinations"."problem" is null))
);
--> statement-breakpoint
CREATE TABLE "control_plane"."notification_channels" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"kind" "control_plane"."channel_kind" NOT NULL,
	"settings" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"paused_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "control_plane"."notification_rules" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"channel_id" uuid NOT NULL,
	"event" "control_plane"."notification_event" NOT NULL,
	"project_id" uuid,
	"stale_hours" integer,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "notification_rules_stale_after" CHECK (("control_plane"."notification_rules"."event" = 'backup_stale') = ("control_plane"."notification_rules"."stale_hours" is not null))
);
--> statement-breakpoint
CREATE TABLE "control_plane"."notifications" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"channel_id" uuid,
	"direct" text,
	"about" text NOT NULL,
	"project_id" uuid,
	"facts" jsonb NOT NULL,
	"once_key" text NOT NULL,
	"status" "control_plane"."notification_status" DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"error" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp (3) with time zone,
	CONSTRAINT "notifications_go_to_one_place" CHECK (("control_plane"."notifications"."channel_id" is null) <> ("control_plane"."notifications"."direct" is null))
);
--> statement-breakpoint
CREATE TABLE "control_plane"."schedule_runs" (
	"schedule_id" uuid NOT NULL,
	"slot" timestamp (3) with time zone NOT NULL,
	"project_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"retained_at" timestamp (3) with time zone,
	CONSTRAINT "schedule_runs_schedule_id_slot_project_id_pk" PRIMARY KEY("schedule_id","slot","project_id")
);
--> statement-breakpoint
CREATE TABLE "control_plane"."schedules" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"project_id" uuid,
	"pattern" text,
	"cron" text NOT NULL,
	"time_zone" text NOT NULL,
	"spread_seconds" integer DEFAULT 0 NOT NULL,
	"options" jsonb NOT NULL,
	"retention" jsonb,
	"verify_every" integer,
	"verify_level" "control_plane"."proof_level" DEFAULT 'restore' NOT NULL,
	"heartbeat_url" text,
	"created_by" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"paused_at" timestamp (3) with time zone,
	"next_run_at" timestamp (3) with time zone,
	"last_slot" timestamp (3) with time zone,
	"slots" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "schedules_one_project_or_pattern" CHECK (("control_plane"."schedules"."project_id" is null) <> ("control_plane"."schedules"."pattern" is null)),
	CONSTRAINT "schedules_spread_within_a_day" CHECK ("control_plane"."schedules"."spread_seconds" between 0 and 86400),
	CONSTRAINT "schedules_verify_every_some" CHECK ("control_plane"."schedules"."verify_every" >= 1)
);
--> statement-breakpoint
ALTER TABLE "control_plane"."backups" ADD COLUMN "schedule_id" uuid;--> statement-breakpoint
ALTER TABLE "control_plane"."backups" ADD COLUMN "moved_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "control_plane"."databases" ADD COLUMN "max_dumps" integer DEFAULT 2 NOT NULL;--> statement-breakpoint
ALTER TABLE "control_plane"."databases" ADD COLUMN "discovery" "control_plane"."schema_discovery" DEFAULT 'propose' NOT NULL;--> statement-breakpoint
ALTER TABLE "control_plane"."databases" ADD COLUMN "discovery_pattern" text DEFAULT 'tenant_*' NOT NULL;--> statement-breakpoint
ALTER TABLE "control_plane"."databases" ADD COLUMN "ignored_schemas" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "control_plane"."jobs" ADD COLUMN "schedule_id" uuid;--> statement-breakpoint
ALTER TABLE "control_plane"."backup_copies" ADD CONSTRAINT "backup_copies_backup_id_backups_id_fk" FOREIGN KEY ("backup_id") REFERENCES "control_plane"."backups"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."backup_copies" ADD CONSTRAINT "backup_copies_destination_id_destinations_id_fk" FOREIGN KEY ("destination_id") REFERENCES "control_plane"."destinations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."backup_copies" ADD CONSTRAINT "backup_copies_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "control_plane"."jobs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."notification_rules" ADD CONSTRAINT "notification_rules_channel_id_notification_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "control_plane"."notification_channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."notification_rules" ADD CONSTRAINT "notification_rules_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "control_plane"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."notifications" ADD CONSTRAINT "notifications_channel_id_notification_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "control_plane"."notification_channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."notifications" ADD CONSTRAINT "notifications_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "control_plane"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."schedule_runs" ADD CONSTRAINT "schedule_runs_schedule_id_schedules_id_fk" FOREIGN KEY ("schedule_id") REFERENCES "control_plane"."schedules"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."schedule_runs" ADD CONSTRAINT "schedule_runs_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "control_plane"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."schedule_runs" ADD CONSTRAINT "schedule_runs_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "control_plane"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."schedules" ADD CONSTRAINT "schedules_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "control_plane"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."schedules" ADD CONSTRAINT "schedules_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "control_plane"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "backup_copies_place" ON "control_plane"."backup_copies" USING btree ("backup_id","destination_id");--> statement-breakpoint
CREATE INDEX "backup_copies_by_destination" ON "control_plane"."backup_copies" USING btree ("destination_id","status");--> statement-breakpoint
CREATE INDEX "backup_copies_by_job" ON "control_plane"."backup_copies" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "backup_copies_to_remove" ON "control_plane"."backup_copies" USING btree ("created_at") WHERE "control_plane"."backup_copies"."backup_id" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "destinations_name" ON "control_plane"."destinations" USING btree (lower("name"));--> statement-breakpoint
CREATE UNIQUE INDEX "notification_channels_name" ON "control_plane"."notification_channels" USING btree (lower("name"));--> statement-breakpoint
CREATE UNIQUE INDEX "notification_rules_once" ON "control_plane"."notification_rules" USING btree ("channel_id","event",coalesce("project_id", '00000000-0000-0000-0000-000000000000'));--> statement-breakpoint
CREATE INDEX "notification_rules_by_event" ON "control_plane"."notification_rules" USING btree ("event");--> statement-breakpoint
CREATE INDEX "notification_rules_by_project" ON "control_plane"."notification_rules" USING btree ("project_id");--> statement-breakpoint
CREATE UNIQUE INDEX "notifications_once" ON "control_plane"."notifications" USING btree ("once_key");--> statement-breakpoint
CREATE INDEX "notifications_by_channel" ON "control_plane"."notifications" USING btree ("channel_id","created_at");--> statement-breakpoint
CREATE INDEX "notifications_by_time" ON "control_plane"."notifications" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "notifications_by_project" ON "control_plane"."notifications" USING btree ("project_id");--> statement-breakpoint
CREATE UNIQUE INDEX "schedule_runs_job" ON "control_plane"."schedule_runs" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "schedule_runs_by_project" ON "control_plane"."schedule_runs" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "schedule_runs_to_retain" ON "control_plane"."schedule_runs" USING btree ("created_at") WHERE "control_plane"."schedule_runs"."retained_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "schedules_name" ON "control_plane"."schedules" USING btree (lower("name"));--> statement-breakpoint
CREATE INDEX "schedules_due" ON "control_plane"."schedules" USING btree ("next_run_at") WHERE "control_plane"."schedules"."paused_at" is null;--> statement-breakpoint
CREATE INDEX "schedules_by_project" ON "control_plane"."schedules" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "backups_by_schedule" ON "control_plane"."backups" USING btree ("schedule_id","created_at" desc) WHERE "control_plane"."backups"."schedule_id" is not null;--> statement-breakpoint
CREATE INDEX "jobs_by_schedule" ON "control_plane"."jobs" USING btree ("schedule_id","created_at" desc) WHERE "control_plane"."jobs"."schedule_id" is not null;--> statement-breakpoint
ALTER TABLE "control_plane"."databases" ADD CONSTRAINT "databases_allow_some_dumps" CHECK ("control_plane"."databases"."max_dumps" between 1 and 100);