ALTER TYPE "control_plane"."job_kind" ADD VALUE 'export_data';--> statement-breakpoint
ALTER TYPE "control_plane"."job_kind" ADD VALUE 'check_import';--> statement-breakpoint
ALTER TYPE "control_plane"."job_kind" ADD VALUE 'import_data';--> statement-breakpoint
CREATE TABLE "control_plane"."data_exports" (
	"job_id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"filename" text NOT NULL,
	"content_type" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"table_counts" jsonb NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "control_plane"."data_files" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"filename" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"uploaded_by" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "control_plane"."data_imports" (
	"job_id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"file_id" uuid,
	"filename" text NOT NULL,
	"report" jsonb,
	"safety_backup_id" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "control_plane"."data_exports" ADD CONSTRAINT "data_exports_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "control_plane"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."data_exports" ADD CONSTRAINT "data_exports_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "control_plane"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."data_files" ADD CONSTRAINT "data_files_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "control_plane"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."data_files" ADD CONSTRAINT "data_files_uploaded_by_users_id_fk" FOREIGN KEY ("uploaded_by") REFERENCES "control_plane"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."data_imports" ADD CONSTRAINT "data_imports_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "control_plane"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."data_imports" ADD CONSTRAINT "data_imports_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "control_plane"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."data_imports" ADD CONSTRAINT "data_imports_file_id_data_files_id_fk" FOREIGN KEY ("file_id") REFERENCES "control_plane"."data_files"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."data_imports" ADD CONSTRAINT "data_imports_safety_backup_id_backups_id_fk" FOREIGN KEY ("safety_backup_id") REFERENCES "control_plane"."backups"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "data_exports_by_expiry" ON "control_plane"."data_exports" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "data_exports_by_project" ON "control_plane"."data_exports" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "data_files_by_time" ON "control_plane"."data_files" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "data_files_by_project" ON "control_plane"."data_files" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "data_imports_by_project" ON "control_plane"."data_imports" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "data_imports_by_file" ON "control_plane"."data_imports" USING btree ("file_id");