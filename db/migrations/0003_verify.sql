CREATE TYPE "control_plane"."proof_level" AS ENUM('archive', 'restore');--> statement-breakpoint
CREATE TYPE "control_plane"."proof_result" AS ENUM('passed', 'failed');--> statement-breakpoint
ALTER TYPE "control_plane"."job_kind" ADD VALUE 'verify_backup';--> statement-breakpoint
CREATE TABLE "control_plane"."proofs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"backup_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"level" "control_plane"."proof_level" NOT NULL,
	"result" "control_plane"."proof_result" NOT NULL,
	"checks" jsonb NOT NULL,
	"restored" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "control_plane"."backups" ADD COLUMN "verified_level" "control_plane"."proof_level";--> statement-breakpoint
ALTER TABLE "control_plane"."proofs" ADD CONSTRAINT "proofs_backup_id_backups_id_fk" FOREIGN KEY ("backup_id") REFERENCES "control_plane"."backups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."proofs" ADD CONSTRAINT "proofs_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "control_plane"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "proofs_job" ON "control_plane"."proofs" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "proofs_by_backup" ON "control_plane"."proofs" USING btree ("backup_id","created_at" desc);