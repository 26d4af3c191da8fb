CREATE SCHEMA IF NOT EXISTS "control_plane";
--> statement-breakpoint
CREATE TYPE "control_plane"."backup_compression" AS ENUM('gzip', 'zstd', 'none');--> statement-breakpoint
CREATE TYPE "control_plane"."backup_format" AS ENUM('custom', 'sql', 'tar');--> statement-breakpoint
CREATE TYPE "control_plane"."backup_status" AS ENUM('available', 'missing', 'corrupt');--> statement-breakpoint
CREATE TYPE "control_plane"."backup_type" AS ENUM('manual', 'scheduled', 'safety');--> statement-breakpoint
CREATE TYPE "control_plane"."job_kind" AS ENUM('export_backup');--> statement-breakpoint
CREATE TYPE "control_plane"."job_status" AS ENUM('pending', 'in_progress', 'cancelling', 'cancelled', 'completed', 'failed');--> statement-breakpoint
CREATE TYPE "control_plane"."permission" AS ENUM('export', 'import', 'restore', 'manage');--> statement-breakpoint
CREATE TYPE "control_plane"."user_role" AS ENUM('admin', 'member');--> statement-breakpoint
CREATE TABLE "control_plane"."audit_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "control_plane"."audit_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor_id" uuid,
	"actor_email" text,
	"action" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"project_id" uuid,
	"details" jsonb,
	"address" text,
	"request_id" text
);
--> statement-breakpoint
CREATE TABLE "control_plane"."backups" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"created_by" uuid,
	"type" "control_plane"."backup_type" DEFAULT 'manual' NOT NULL,
	"status" "control_plane"."backup_status" DEFAULT 'available' NOT NULL,
	"format" "control_plane"."backup_format" NOT NULL,
	"compression" "control_plane"."backup_compression" NOT NULL,
	"filename" text NOT NULL,
	"storage_path" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"original_bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"table_count" integer NOT NULL,
	"row_count" bigint NOT NULL,
	"duration_ms" integer NOT NULL,
	"manifest" jsonb NOT NULL,
	"description" text,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"pinned_at" timestamp (3) with time zone,
	"verified_at" timestamp (3) with time zone,
	CONSTRAINT "backups_not_empty" CHECK ("control_plane"."backups"."size_bytes" > 0)
);
--> statement-breakpoint
CREATE TABLE "control_plane"."databases" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"connection" text NOT NULL,
	"server_version" integer,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"checked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "control_plane"."jobs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"kind" "control_plane"."job_kind" NOT NULL,
	"status" "control_plane"."job_status" DEFAULT 'pending' NOT NULL,
	"project_id" uuid NOT NULL,
	"user_id" uuid,
	"options" jsonb NOT NULL,
	"idempotency_key" text,
	"request_id" text,
	"fence" integer DEFAULT 0 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"max_attempts" integer DEFAULT 3 NOT NULL,
	"run_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"worker_id" uuid,
	"queue_worker_id" text,
	"lease_expires_at" timestamp (3) with time zone,
	"cancel_requested_at" timestamp (3) with time zone,
	"cancel_requested_by" uuid,
	"cancel_receipt" jsonb,
	"steps" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"steps_completed" integer DEFAULT 0 NOT NULL,
	"steps_total" integer DEFAULT 0 NOT NULL,
	"current_step" text,
	"progress_percentage" real DEFAULT 0 NOT NULL,
	"bytes_done" bigint DEFAULT 0 NOT NULL,
	"rows_done" bigint DEFAULT 0 NOT NULL,
	"tables_done" integer DEFAULT 0 NOT NULL,
	"tables_total" integer DEFAULT 0 NOT NULL,
	"current_table" text,
	"bytes_per_second" bigint,
	"eta_seconds" integer,
	"progress" jsonb,
	"error_code" text,
	"error_message" text,
	"failure" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "jobs_finished_when_over" CHECK (("control_plane"."jobs"."finished_at" is not null) = ("control_plane"."jobs"."status" in ('cancelled', 'completed', 'failed'))),
	CONSTRAINT "jobs_lease_while_running" CHECK (("control_plane"."jobs"."lease_expires_at" is not null) = ("control_plane"."jobs"."worker_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "control_plane"."project_members" (
	"project_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"permissions" "control_plane"."permission"[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_members_project_id_user_id_pk" PRIMARY KEY("project_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "control_plane"."projects" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"database_id" uuid NOT NULL,
	"schema_name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "control_plane"."rate_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"window_ends_at" timestamp (3) with time zone NOT NULL,
	"calls" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "control_plane"."users" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"role" "control_plane"."user_role" DEFAULT 'member' NOT NULL,
	"password_hash" text,
	"session_version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_sign_in_at" timestamp (3) with time zone,
	"disabled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "control_plane"."worker_instances" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"concurrency" integer NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"heartbeat_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"stopped_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "control_plane"."backups" ADD CONSTRAINT "backups_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "control_plane"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."backups" ADD CONSTRAINT "backups_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "control_plane"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."backups" ADD CONSTRAINT "backups_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "control_plane"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."jobs" ADD CONSTRAINT "jobs_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "control_plane"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."jobs" ADD CONSTRAINT "jobs_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "control_plane"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."jobs" ADD CONSTRAINT "jobs_cancel_requested_by_users_id_fk" FOREIGN KEY ("cancel_requested_by") REFERENCES "control_plane"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."project_members" ADD CONSTRAINT "project_members_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "control_plane"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."project_members" ADD CONSTRAINT "project_members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "control_plane"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."projects" ADD CONSTRAINT "projects_database_id_databases_id_fk" FOREIGN KEY ("database_id") REFERENCES "control_plane"."databases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_events_by_time" ON "control_plane"."audit_events" USING btree ("at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "audit_events_by_project" ON "control_plane"."audit_events" USING btree ("project_id","at" desc);--> statement-breakpoint
CREATE UNIQUE INDEX "backups_job" ON "control_plane"."backups" USING btree ("job_id");--> statement-breakpoint
CREATE UNIQUE INDEX "backups_storage_path" ON "control_plane"."backups" USING btree ("storage_path");--> statement-breakpoint
CREATE INDEX "backups_by_project" ON "control_plane"."backups" USING btree ("project_id","created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "backups_by_time" ON "control_plane"."backups" USING btree ("created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "backups_by_status" ON "control_plane"."backups" USING btree ("status","created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "backups_by_type" ON "control_plane"."backups" USING btree ("type","created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "backups_by_format" ON "control_plane"."backups" USING btree ("format","created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "backups_by_compression" ON "control_plane"."backups" USING btree ("compression","created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "backups_by_tag" ON "control_plane"."backups" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "backups_by_word" ON "control_plane"."backups" USING gin (to_tsvector('simple', regexp_replace("filename" || ' ' || coalesce("description", ''), '[^[:alnum:]]+', ' ', 'g')));--> statement-breakpoint
CREATE UNIQUE INDEX "databases_name" ON "control_plane"."databases" USING btree ("name");--> statement-breakpoint
CREATE INDEX "jobs_by_project" ON "control_plane"."jobs" USING btree ("project_id","created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "jobs_by_user" ON "control_plane"."jobs" USING btree ("user_id","created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "jobs_by_time" ON "control_plane"."jobs" USING btree ("created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "jobs_unfinished" ON "control_plane"."jobs" USING btree ("status","run_at") WHERE "control_plane"."jobs"."finished_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_idempotency_key" ON "control_plane"."jobs" USING btree ("user_id","idempotency_key") WHERE "control_plane"."jobs"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "project_members_by_user" ON "control_plane"."project_members" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "projects_slug" ON "control_plane"."projects" USING btree ("slug");--> statement-breakpoint
CREATE UNIQUE INDEX "projects_schema" ON "control_plane"."projects" USING btree ("database_id","schema_name");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "control_plane"."users" USING btree (lower("email"));