ALTER TYPE "control_plane"."backup_format" ADD VALUE 'package';--> statement-breakpoint
ALTER TYPE "control_plane"."job_kind" ADD VALUE 'restore_backup';--> statement-breakpoint
ALTER TYPE "control_plane"."job_kind" ADD VALUE 'undo_restore';--> statement-breakpoint
ALTER TYPE "control_plane"."job_kind" ADD VALUE 'clone_project';--> statement-breakpoint
ALTER TYPE "control_plane"."job_kind" ADD VALUE 'compare_backups';--> statement-breakpoint
ALTER TYPE "control_plane"."job_kind" ADD VALUE 'import_dump';--> statement-breakpoint
CREATE TABLE "control_plane"."comparisons" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"backup_id" uuid NOT NULL,
	"other_id" uuid,
	"job_id" uuid NOT NULL,
	"tables" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "control_plane"."dumps" (
	"id" uuid PRIMARY KEY NOT NULL,
	"filename" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"uploaded_by" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "control_plane"."job_secrets" (
	"job_id" uuid PRIMARY KEY NOT NULL,
	"keys" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "control_plane"."restores" (
	"job_id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"database_id" uuid NOT NULL,
	"schema_name" text NOT NULL,
	"backup_id" uuid,
	"safety_backup_id" uuid,
	"report" jsonb,
	"restored" jsonb,
	"swapped_at" timestamp (3) with time zone,
	"kept_schema" text,
	"kept_until" timestamp (3) with time zone,
	"undone_at" timestamp (3) with time zone,
	"dropped_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "control_plane"."jobs" ALTER COLUMN "project_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "control_plane"."jobs" ADD COLUMN "committed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "control_plane"."comparisons" ADD CONSTRAINT "comparisons_backup_id_backups_id_fk" FOREIGN KEY ("backup_id") REFERENCES "control_plane"."backups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."comparisons" ADD CONSTRAINT "comparisons_other_id_backups_id_fk" FOREIGN KEY ("other_id") REFERENCES "control_plane"."backups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."comparisons" ADD CONSTRAINT "comparisons_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "control_plane"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."dumps" ADD CONSTRAINT "dumps_uploaded_by_users_id_fk" FOREIGN KEY ("uploaded_by") REFERENCES "control_plane"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."job_secrets" ADD CONSTRAINT "job_secrets_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "control_plane"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."restores" ADD CONSTRAINT "restores_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "control_plane"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."restores" ADD CONSTRAINT "restores_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "control_plane"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."restores" ADD CONSTRAINT "restores_database_id_databases_id_fk" FOREIGN KEY ("database_id") REFERENCES "control_plane"."databases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."restores" ADD CONSTRAINT "restores_backup_id_backups_id_fk" FOREIGN KEY ("backup_id") REFERENCES "control_plane"."backups"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."restores" ADD CONSTRAINT "restores_safety_backup_id_backups_id_fk" FOREIGN KEY ("safety_backup_id") REFERENCES "control_plane"."backups"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "comparisons_job" ON "control_plane"."comparisons" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "comparisons_by_backup" ON "control_plane"."comparisons" USING btree ("backup_id","created_at" desc);--> statement-breakpoint
CREATE INDEX "comparisons_by_other" ON "control_plane"."comparisons" USING btree ("other_id");--> statement-breakpoint
CREATE INDEX "dumps_by_time" ON "control_plane"."dumps" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "restores_by_project" ON "control_plane"."restores" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "restores_kept" ON "control_plane"."restores" USING btree ("kept_until");--> statement-breakpoint
CREATE INDEX "jobs_unfinished_of_project" ON "control_plane"."jobs" USING btree ("project_id") WHERE "control_plane"."jobs"."finished_at" is null;--> statement-breakpoint
ALTER TABLE "control_plane"."jobs" ADD CONSTRAINT "jobs_about_a_project" CHECK ("control_plane"."jobs"."project_id" is not null or "control_plane"."jobs"."kind"::text = 'import_dump');--> statement-breakpoint
CREATE FUNCTION "control_plane"."forget_job_secrets"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM control_plane.job_secrets WHERE job_id = NEW.id;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "jobs_forget_secrets" AFTER UPDATE ON "control_plane"."jobs"
  FOR EACH ROW WHEN (NEW."finished_at" IS NOT NULL) EXECUTE FUNCTION "control_plane"."forget_job_secrets"();
